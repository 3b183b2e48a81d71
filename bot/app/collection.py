"""Questions about the collection: what the engine knows of it, as messages."""

from collections.abc import Sequence
from functools import partial

from discord import ui

from bot.app.client import MeasuresBot
from bot.app.clock import today
from bot.i18n.words import Words
from bot.user_data import KeptAnswer
from bot.views.conversation import about_collection_view, collection_view, sources_view
from corpus import outline
from index import CollectionQuestion, Engine, MessageKind, Source

_ASKED_OF_ONE_ANSWER = (MessageKind.WHEN, MessageKind.WHO, MessageKind.WHERE)
_NEWEST = 5
_HEADINGS = 8


async def collection_answer(
    bot: MeasuresBot, question: CollectionQuestion, words: Words, user_id: int
) -> ui.LayoutView | None:
    """Return what to say to a question about the collection.

    None where nothing in the collection bears the name or the words that it asks about: then it is a question on what
    the releases say.
    """
    if question.kind is MessageKind.ABOUT or question.kind in _ASKED_OF_ONE_ANSWER:
        return await _whole_collection(bot, question, words, user_id)
    answer = await bot.with_engine(partial(Engine.collection, question=question), user_id)
    if not answer.total and (question.subject or question.issuer) and question.kind is not MessageKind.COUNT:
        return None
    return collection_view(words, answer)


async def _whole_collection(
    bot: MeasuresBot, question: CollectionQuestion, words: Words, user_id: int
) -> ui.LayoutView | None:
    """Say what the collection is; what is asked of one answer is only told where there is a single release."""
    newest = await bot.with_engine(partial(Engine.collection, question=CollectionQuestion(MessageKind.LATEST)), user_id)
    if question.kind is not MessageKind.ABOUT:
        return await _sources(bot, words, newest.sources, user_id, quoted=False) if newest.total == 1 else None
    corpus = await bot.with_engine(Engine.corpus, user_id)
    return about_collection_view(words, corpus, newest.sources[:_NEWEST])


async def sources_of(bot: MeasuresBot, kept: KeptAnswer, words: Words, user_id: int) -> ui.LayoutView:
    """Return the releases that an answer quoted, with what a reader wants to know of them."""
    release_ids = list(dict.fromkeys(span.release_id for span in kept.spans))
    sources = await bot.with_engine(partial(Engine.sources, release_ids=release_ids), user_id)
    return await _sources(bot, words, sources, user_id, quoted=True)


async def _sources(
    bot: MeasuresBot, words: Words, sources: Sequence[Source], user_id: int, *, quoted: bool
) -> ui.LayoutView:
    headings: list[str] = []
    if len(sources) == 1:
        release = await bot.with_engine(partial(Engine.release, release_id=sources[0].release_id), user_id)
        headings = [section.heading for section in outline(release.text)][:_HEADINGS] if release is not None else []
    return sources_view(words, sources, headings, today(), quoted=quoted)
