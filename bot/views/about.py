"""What `/help` and `/about` say: pure functions from values to Components V2."""

import discord
from discord import ui

from bot.i18n.words import Words
from bot.user_data import FEEDBACK_DAYS, Forgotten
from bot.views import answers as render
from bot.views import custom_ids as ids
from bot.views.answers import timestamp
from bot.views.escaping import plain
from index import Corpus, shipped_weights

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


def forgotten_text(words: Words, forgotten: Forgotten, administered: int | None) -> str:
    """Return what `/forget-me` erased of a person, and what it did not.

    :param administered: in how many places it stands what the person did as an administrator; None where that cannot
        be told.
    """
    erased = words.count(
        "Erased: {count} answer of yours.", "Erased: {count} answers of yours.", len(forgotten.answers)
    )
    if forgotten.verdicts:
        verdicts = words.count(
            "{count} piece of feedback, too.", "{count} pieces of feedback, too.", forgotten.verdicts
        )
        erased = f"{erased} {verdicts}"
    if administered is None:
        return f"{erased} {words('Whether you did something as an administrator cannot be looked up just now.')}"
    if administered == 0:
        return f"{erased} {words('Nothing else is stored about you.')}"
    kept = words.count(
        "Kept: {count} entry under your id, of what you did as an administrator, because everybody is answered from "
        "the releases and it must stay possible to tell who changed them. Nothing else is stored about you.",
        "Kept: {count} entries under your id, of what you did as an administrator, because everybody is answered from "
        "the releases and it must stay possible to tell who changed them. Nothing else is stored about you.",
        administered,
    )
    return f"{erased} {kept}"


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
        "Your question and the place of its answer, for {count} day, with your id, so that the buttons work; "
        "`/forget-me` erases them at once.",
        "Your question and the place of its answer, for {count} days, with your id, so that the buttons work; "
        "`/forget-me` erases them at once.",
        days,
    )
    feedback = words(
        "Feedback is kept without names, what is written in it for {days} days; as long as the answer is kept, a "
        "fingerprint that only I can read makes it one a person.",
        days=words.number(FEEDBACK_DAYS),
    )
    administered = words(
        "What administrators do to the releases stays under their id, so that it can be told who did it."
    )
    logs = words("Logs hold no questions and no names.")
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
        f"**{words('What is stored')}** {stored} {feedback} {administered} {logs}",
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
