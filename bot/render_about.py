"""What `/help` and `/about` say: pure functions from values to Components V2."""

import discord
from discord import ui

from bot import ids, render
from bot.markup import plain
from bot.render import timestamp
from bot.words import Words
from index.models import Corpus
from index.weights import shipped_weights

EXAMPLE = "What will the joint liaison task force do?"  # the shipped release answers it
CURVE_FILE = "risk.png"
_ISSUERS = 8


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
    """Return what `/about` tells, with the picture of the risk-coverage curve, which comes along as `CURVE_FILE`."""
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
    curve = shipped_weights().curve()
    shown = words(
        "Risk by coverage: from {low} wrong answers where {few} are answered to {high} where all are.",
        low=words.share(curve[0].risk),
        few=words.share(curve[0].coverage),
        high=words.share(curve[-1].risk),
    )
    picture = discord.MediaGalleryItem(f"attachment://{CURVE_FILE}", description=shown)
    view = ui.LayoutView(timeout=None)
    text: ui.TextDisplay[ui.LayoutView] = ui.TextDisplay("\n".join(lines))
    view.add_item(ui.Container(text, ui.MediaGallery(picture), accent_colour=render.BLUE))
    return view
