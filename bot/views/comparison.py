"""What both surfaces say of what changed, and of what became of an answer: words, without Discord."""

import datetime

from bot.i18n.words import ENGLISH, Words
from bot.receipts import Verification, has_signs_of_id
from index import ChangedField, DiffSide, FactChange, FactKind, Fate, NotAsked, ReleaseDiff, Verified

_NOTHING = "–"


def fact_line(fact: FactChange, words: Words = ENGLISH) -> str:
    """Say which figure, date or name became which."""
    before, after = fact.before or _NOTHING, fact.after or _NOTHING
    if fact.kind is FactKind.FIGURE:
        return words("Figure: {before} → {after}", before=before, after=after)
    if fact.kind is FactKind.DATE:
        return words("Date: {before} → {after}", before=before, after=after)
    return words("Name: {before} → {after}", before=before, after=after)


def field_line(changed: ChangedField, words: Words = ENGLISH) -> str:
    """Say what a release says of itself, before and after."""
    names = {
        "title": words("Title"),
        "issuer": words("Issuer"),
        "date": words("Date"),
        "language": words("Language"),
        "url": words("Address"),
        "reference": words("Reference number"),
    }
    return f"{names[changed.field]}: {changed.before or _NOTHING} → {changed.after or _NOTHING}"


def version_line(side: DiffSide, words: Words = ENGLISH) -> str:
    """Say which version of a release is compared, and when it was kept."""
    return words(
        "version {number} of {versions}, kept on {date}",
        number=words.number(side.version),
        versions=words.number(side.versions),
        date=words.date(datetime.date.fromisoformat(side.kept_at[:10])),
    )


def same_line(diff: ReleaseDiff, words: Words = ENGLISH) -> str:
    """Say how much is the same, or why that cannot be told."""
    if not diff.aligned:
        return words("The two are in different languages: only figures, dates and names can be compared.")
    return words.count("{count} sentence is the same.", "{count} sentences are the same.", diff.same)


def fate_line(verified: Verified, words: Words = ENGLISH) -> str:
    """Say what became of quoted words."""
    if verified.fate is Fate.WITHDRAWN:
        return words("Withdrawn: the release is no longer shown.")
    if verified.fate is Fate.CHANGED:
        return words("Changed: the release was corrected, and these words no longer stand in it.")
    if verified.source is not None and verified.source.text_sha256 != verified.citation.text_sha256:
        return words("Identical: the release was corrected since, but not these words.")
    return words("Identical: the words stand in the release.")


def again_line(verification: Verification, words: Words = ENGLISH) -> str:
    """Say whether the question was asked again, and with what outcome."""
    generation, again = verification.receipt.generation, verification.again
    if again is NotAsked.ERASED:
        return words("Not asked again: the question was erased.")
    if again is NotAsked.GONE:
        return words("Not asked again: generation {generation} is no longer there.", generation=generation)
    if again is NotAsked.REFUSED:
        return words("Not asked again: what narrowed the question is no longer served.")
    if isinstance(again, NotAsked):
        return words(
            "Not asked again: generation {generation} was made by another version of the program or model.",
            generation=generation,
        )
    if verification.is_same:
        return words("Asked again of generation {generation}: the same answer.", generation=generation)
    if again.answered:
        return words("Asked again of generation {generation}: other quotations.", generation=generation)
    return words("Asked again of generation {generation}: it finds no answer.", generation=generation)


def not_kept_line(days: int, words: Words = ENGLISH) -> str:
    """Say that an answer is no longer kept, or never was."""
    return words.count(
        "No longer kept: answers are kept for {count} day.", "No longer kept: answers are kept for {count} days.", days
    )


def no_id_line(typed: str, words: Words = ENGLISH) -> str:
    """Say that something is no id of an answer, or one with a wrong sign in it."""
    if has_signs_of_id(typed):
        return words("“{id}” is mistyped: copy the id that stands under the answer.", id=typed)
    return words("“{id}” is no id of an answer: it has ten letters and digits, as K7MQ2-XPD4F.", id=typed)
