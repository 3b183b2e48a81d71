"""What `/help`, `/about` and `/forget-me` say: pure functions from values to Components V2."""

from collections.abc import Sequence

import discord
from discord import ui

from bot.i18n.words import Words
from bot.user_data import AdminAct, Feedback, Forgotten
from bot.views import custom_ids as ids
from bot.views.escaping import plain
from bot.views.message import BLUE, MAX_TEXT, bold, button, labelled, small, timestamp, title, whole_lines
from index import Corpus, shipped_weights

EXAMPLE = "What will the joint liaison task force do?"  # the shipped release answers it
CURVE_FILE = "risk.png"
_ISSUERS = 8
_LATEST_REASONS, _REASON_CHARS = 3, 200
_LATEST_ACTS, _ACT_CHARS = 5, 60


def help_view(words: Words) -> ui.LayoutView:
    """Return the short help, with a button that asks an example question."""
    ways = (
        words("`/ask` answers a question; or mention me, or write to me directly."),
        words("Reply to my answer to ask further, or press “Follow up” under it."),
        words("`/agency` tells what an EU body is and what the releases say of it; `/releases` lists them."),
        words("“Check against EU releases”, in the menu of any message, looks up what it claims."),
        words("`/subscribe` tells you of new releases, `/subscriptions` lists and ends what you subscribed to."),
        words("`/about` says what is stored, `/forget-me` erases it."),
    )
    lines = (
        title(words("Ask what the EU has decided")),
        words(
            "I answer from official press releases, in their own words, and say so when they do not hold the answer."
        ),
        *(f"• {way}" for way in ways),
    )
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay("\n".join(lines)), accent_colour=BLUE))
    view.add_item(ui.ActionRow(button(EXAMPLE, ids.button("example"), discord.ButtonStyle.primary)))
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
    if forgotten.subscriptions:
        ended = words.count("{count} subscription, too.", "{count} subscriptions, too.", forgotten.subscriptions)
        erased = f"{erased} {ended}"
    if administered is None:
        kept = words("Whether you did something as an administrator cannot be looked up just now.")
    elif administered == 0:
        kept = words("Nothing else is stored about you.")
    else:
        kept = words.count(
            "Kept: {count} entry under your id, of what you did as an administrator, because everybody is answered "
            "from the releases and it must stay possible to tell who changed them. Nothing else is stored about you.",
            "Kept: {count} entries under your id, of what you did as an administrator, because everybody is answered "
            "from the releases and it must stay possible to tell who changed them. Nothing else is stored about you.",
            administered,
        )
    return f"{erased} {kept}"


def about_view(
    words: Words, corpus: Corpus, days: int, for_administrators: Sequence[str] = (), *, in_database: bool = False
) -> ui.LayoutView:
    """Return what `/about` tells, with the picture of the risk-coverage curve, which comes along as `CURVE_FILE`.

    :param in_database: whether several machines keep what is stored in a database.
    :param for_administrators: the lines that only administrators read.
    """
    lines = [
        title(words("EU Measures")),
        *_served(words, corpus),
        labelled(words("Measured quality"), _quality(words, corpus.threshold)),
        labelled(words("What is stored"), _stored(words, days, in_database=in_database)),
        labelled(words("Whose texts"), _whose(words)),
        *for_administrators,
    ]
    text: ui.TextDisplay[ui.LayoutView] = ui.TextDisplay("\n".join(whole_lines(lines, MAX_TEXT)))
    picture = discord.MediaGalleryItem(f"attachment://{CURVE_FILE}", description=_curve_in_words(words))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(text, ui.MediaGallery(picture), accent_colour=BLUE))
    return view


def _served(words: Words, corpus: Corpus) -> list[str]:
    """Return the lines on the releases that are served."""
    span = " … ".join(dict.fromkeys(timestamp(day) for day in (corpus.first, corpus.last) if day))
    issuers = ", ".join(corpus.issuers[:_ISSUERS]) + (" …" if len(corpus.issuers) > _ISSUERS else "")
    releases = words.count("{count} release", "{count} releases", corpus.releases)
    passages = words.count("{count} passage", "{count} passages", corpus.passages)
    generation = words(
        "generation {generation}, fingerprint {fingerprint}",
        generation=corpus.generation,
        fingerprint=corpus.fingerprint,
    )
    return [
        labelled(words("Releases"), f"{releases}, {passages} · {span}"),
        small(plain(issuers, 400)),
        small(generation),
    ]


def _quality(words: Words, threshold: float) -> str:
    measured = shipped_weights().figures()
    return words(
        "With 291 releases and 212 questions, {coverage} of the answerable questions are answered; of all answers "
        "{risk} do not hold what was asked. An answer is given from a confidence of {threshold} on.",
        coverage=words.share(measured["coverage"]),
        risk=words.share(measured["risk"]),
        threshold=words.share(threshold),
    )


def _whose(words: Words) -> str:
    texts = words("The texts are their issuers', who allow reuse with attribution; each quotation names its source.")
    no_model = words("No language model writes anything: every answer is a quotation.")
    return f"{texts} {no_model}"


def _stored(words: Words, days: int, *, in_database: bool) -> str:
    told = words.count(
        "With your id: your questions and answers for {count} day, and what you subscribed to, until you end it; "
        "`/forget-me` erases both. Without it: feedback, and what answers quoted. What administrators do stays under "
        "their id. Logs hold no questions and no names.",
        "With your id: your questions and answers for {count} days, and what you subscribed to, until you end it; "
        "`/forget-me` erases both. Without it: feedback, and what answers quoted. What administrators do stays under "
        "their id. Logs hold no questions and no names.",
        days,
    )
    if not in_database:
        return told
    kept = words(
        "All this is in a database: what is erased leaves it at once, but stays in its logs, replicas and "
        "backups until they expire; if the machine that writes it is lost, so may be the last moments."
    )
    return f"{told} {kept}"


def _curve_in_words(words: Words) -> str:
    curve = shipped_weights().curve()
    return words(
        "Risk by coverage: from {low} wrong answers where {few} are answered to {high} where all are.",
        low=words.share(curve[0].risk),
        few=words.share(curve[0].coverage),
        high=words.share(curve[-1].risk),
    )


def administrators_lines(
    words: Words, feedback: Sequence[Feedback], acts: Sequence[AdminAct], *, in_database: bool = False
) -> list[str]:
    """Return what administrators read below the rest of `/about`: feedback, and what administrators did last.

    :param feedback: oldest first.
    :param acts: newest first.
    :param in_database: whether several machines may answer; then also when that is worth it.
    """
    helpful = sum(each.is_helpful for each in feedback)
    verdicts = words(
        "{helpful} helpful, {unhelpful} not helpful",
        helpful=words.number(helpful),
        unhelpful=words.number(len(feedback) - helpful),
    )
    reasons = [each.reason for each in reversed(feedback) if each.reason]
    lines = [labelled(words("Feedback"), verdicts)]
    lines += [small(f"“{plain(reason, _REASON_CHARS)}”") for reason in reasons[:_LATEST_REASONS]]
    if acts:
        lines.append(bold(words("Last done by administrators")))
    for act in acts[:_LATEST_ACTS]:
        lines.append(small(f"{plain(act.at, 30)} {plain(act.action, _ACT_CHARS)} · <@{act.who}>"))
    if in_database:
        worth = words(
            "Several machines are worth it only where one cannot answer all questions, or where answers must go on "
            "while one is down."
        )
        lines.append(small(worth))
    return lines
