"""`/help`, `/about` and `/forget-me`."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot import delivery, ids, render
from bot.client import MeasuresBot
from bot.markup import plain
from bot.questions import Interaction, ask_by_interaction, refuse_by_load
from bot.render import timestamp
from bot.words import Words
from index.engine import Engine
from index.filters import Filters
from index.weights import shipped_weights

_ISSUERS = 8
EXAMPLE = "What will the joint liaison task force do?"  # the shipped release answers it


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is served, as `/about` tells it."""

    releases: int
    passages: int
    issuers: Sequence[str]
    first: datetime.date | None
    last: datetime.date | None
    generation: str
    fingerprint: str
    threshold: float


class About(commands.Cog):
    """What the bot is, and what it keeps."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and the example's button."""
        self.bot = bot
        bot.handlers["example"] = self.example

    @app_commands.command(name=locale_str("help"), description=locale_str("What this bot does, and how to ask"))
    async def help(self, interaction: Interaction) -> None:
        """Explain, to the person alone."""
        await delivery.respond(interaction, help_view(self.bot.words_private(interaction)))

    async def example(self, interaction: Interaction, rest: str) -> None:
        """Ask the example question, for the person alone."""
        await ask_by_interaction(self.bot, interaction, EXAMPLE, Filters(), private=True)

    @app_commands.command(
        name=locale_str("about"),
        description=locale_str("Where answers come from, how good they are, and what is stored"),
    )
    async def about(self, interaction: Interaction) -> None:
        """Tell of the corpus, the measured quality, what is stored, and whose the texts are; to the person alone."""
        refuse_by_load(self.bot, interaction)
        await delivery.defer(interaction, ephemeral=True)
        corpus = await self.bot.working(_corpus, interaction.user.id)
        view = about_view(self.bot.words_private(interaction), corpus, self.bot.settings.answer_days)
        await delivery.answer(interaction, view)

    @app_commands.command(name=locale_str("forget-me"), description=locale_str("Erase what is stored about you"))
    async def forget_me(self, interaction: Interaction) -> None:
        """Erase all that is stored about the person."""
        words = self.bot.words_private(interaction)
        await delivery.defer(interaction, ephemeral=True)
        erased = await self.bot.storing(lambda store: store.forget_asker(interaction.user.id))
        text = words.count(
            "Erased: {count} answer of yours. Nothing else is stored about you.",
            "Erased: {count} answers of yours. Nothing else is stored about you.",
            erased,
        )
        await delivery.answer(interaction, render.text_view(text))


def _corpus(engine: Engine) -> Corpus:
    opened = engine.served()
    shown = opened.shown_releases()
    dates = sorted(release.date for release in shown)
    return Corpus(
        releases=len(shown),
        passages=opened.manifest.passages,
        issuers=sorted({release.issuer for release in shown}),
        first=dates[0] if dates else None,
        last=dates[-1] if dates else None,
        generation=opened.manifest.generation,
        fingerprint=opened.manifest.corpus_sha256[:12],
        threshold=engine.threshold,
    )


def help_view(words: Words) -> ui.LayoutView:
    """Return the short help, with a button that asks an example question."""
    lines = (
        f"## {words('Ask what the EU has decided')}",
        words(
            "I answer from official press releases, in their own words, and say so when they do not hold the answer."
        ),
        f"• {words('`/ask` answers a question; or mention me, or write to me directly.')}",
        f"• {words('Reply to my answer to ask further, or press “Follow up” under it.')}",
        f"• {words('`/agency` tells what an EU body is and what the releases say of it; `/releases` lists them.')}",
        f"• {words('“Check against EU releases”, in the menu of any message, looks up what it claims.')}",
        f"• {words('`/about` says what is stored, `/forget-me` erases it.')}",
    )
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay("\n".join(lines)), accent_colour=render.BLUE))
    example: ui.Button[ui.LayoutView] = ui.Button(
        label=EXAMPLE, custom_id=ids.button("example"), style=discord.ButtonStyle.primary
    )
    view.add_item(ui.ActionRow(example))
    return view


def about_view(words: Words, corpus: Corpus, days: int) -> ui.LayoutView:
    """Return what `/about` tells."""
    span = " … ".join(dict.fromkeys(timestamp(day) for day in (corpus.first, corpus.last) if day))
    issuers = ", ".join(corpus.issuers[:_ISSUERS]) + (" …" if len(corpus.issuers) > _ISSUERS else "")
    releases = words.count("{count} release", "{count} releases", corpus.releases)
    passages = words.count("{count} passage", "{count} passages", corpus.passages)
    measured = shipped_weights().measured()
    quality = words(
        "With 291 releases and 212 questions, {coverage} of the answerable questions are answered; of all answers "
        "{risk} do not hold what was asked. An answer is given from a confidence of {threshold} on.",
        coverage=words.share(measured["coverage"]),
        risk=words.share(measured["risk"]),
        threshold=words.share(corpus.threshold),
    )
    stored = words.count(
        "Your question and the place of its answer, for {count} day, so that the buttons work; `/forget-me` erases "
        "them at once. Feedback is kept without names. Logs hold no questions and no names.",
        "Your question and the place of its answer, for {count} days, so that the buttons work; `/forget-me` erases "
        "them at once. Feedback is kept without names. Logs hold no questions and no names.",
        days,
    )
    generation = words(
        "generation {generation}, fingerprint {fingerprint}",
        generation=corpus.generation,
        fingerprint=corpus.fingerprint,
    )
    texts = words("The texts are their issuers', who allow reuse with attribution; each quotation names its source.")
    lines = (
        f"## {words('EU Measures')}",
        f"**{words('Releases')}** {releases}, {passages} · {span}\n-# {plain(issuers, 400)}\n-# {generation}",
        f"**{words('Measured quality')}** {quality}",
        f"**{words('What is stored')}** {stored}",
        f"**{words('Whose texts')}** {texts}",
        words("No language model writes anything: every answer is a quotation."),
    )
    return render.text_view("\n".join(lines), accent=render.BLUE)


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(About(bot))
