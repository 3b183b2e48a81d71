"""The next best passages to a question: those that hold nothing of what was shown already."""

from collections.abc import Sequence
from functools import partial

from discord import ui

from bot.app.client import MeasuresBot
from bot.app.clock import today
from bot.i18n.words import Words
from bot.user_data import KeptAnswer, QuotedSpan
from bot.views import answers as render
from index import Engine, FoundPassage

_MOST_PASSAGES = 30


async def more_passages(
    bot: MeasuresBot, kept: KeptAnswer, words: Words, page: int, user_id: int, *, paged: bool = True
) -> tuple[ui.LayoutView, tuple[QuotedSpan, ...]]:
    """Return a page of passages beyond what an answer showed, and the spans of those on it."""
    search = partial(Engine.search, query=kept.question, filters=kept.filters, limit=_MOST_PASSAGES)
    result = await bot.with_engine(search, user_id)
    passages = render.page_of(_not_shown(result.passages, kept), page)
    release_ids = list(dict.fromkeys(passage.release_id for passage in passages))
    sources = await bot.with_engine(partial(Engine.sources, release_ids=release_ids), user_id)
    first = 1 + len(kept.spans)
    view = render.more_view(words, passages, sources, kept.id, page, today(), first=first, paged=paged)
    shown = passages[: render.MORE_PASSAGES]
    return view, tuple(QuotedSpan(passage.release_id, passage.start, passage.end) for passage in shown)


def _not_shown(passages: Sequence[FoundPassage], kept: KeptAnswer) -> list[FoundPassage]:
    """Return the passages that hold nothing of what the answer showed."""
    return [
        passage
        for passage in passages
        if not any(
            span.release_id == passage.release_id and span.start < passage.end and passage.start < span.end
            for span in kept.spans
        )
    ]
