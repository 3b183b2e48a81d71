"""Whether a draft may become a release without a person; one that may not goes to quarantine with the reasons."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import Doubt, DoubtKind, Draft, issuer_of, text_doubts
from index.database.corpus_db import CorpusStore
from index.intake.duplicates import nearest

MIN_TEXT_CHARS = 40
_OPTIONS = {"title": "--title", "issuer": "--issuer", "date": "--date", "language": "--language"}
_WORDS = {
    DoubtKind.TOO_SHORT: "too little text ({count} characters)",
    DoubtKind.WRONG_ENCODING: "garbled letters: read in the wrong encoding in {count} places",
    DoubtKind.LOST_LETTERS: "garbled letters: {count} cannot be read",
    DoubtKind.BOILERPLATE: "mostly boilerplate: few of its lines are sentences",
    DoubtKind.NOT_FOUND_PAGE: "it says that the page was not found",
    DoubtKind.LOGIN_PAGE: "it asks to log in",
    DoubtKind.NEEDS_SCRIPTS: "it shows its text only with scripts",
    DoubtKind.LIST_OF_PAGES: "it is a list of pages, not a release ({count} links to others)",
}
# ISO 639-1: the official languages of the EU, those of its candidates and neighbours, and the large ones of the world.
LANGUAGES = frozenset(
    "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv "
    "ar az be bs ca cy eu fa gl he hi hy is ja ka ko ku lb mk nb nn no ps ru so sq sr ti tr uk ur vi zh".split()
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a draft is no release yet. `--force` overrules `doubts`, and never `lacking`."""

    lacking: tuple[str, ...]
    doubts: tuple[str, ...]
    duplicate_of: str | None = None
    change_of: str | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """All reasons, in the order in which a person reads them."""
        return self.lacking + self.doubts


def doubts(draft: Draft, page_doubts: Sequence[Doubt] = (), *, is_whole: bool = False) -> tuple[str, ...]:
    """Return what speaks against a draft taken alone. The time this takes grows with the length of its text.

    :param page_doubts: what the page that it was read from makes doubtful.
    :param is_whole: whether the source holds the text and nothing else, so that it may be short.
    """
    text_reasons = _text_reasons(draft, (*text_doubts(draft), *page_doubts), is_whole=is_whole)
    return (*text_reasons, *_date_reasons(draft), *_language_reasons(draft), *_claim_reasons(draft))


def judge(
    store: CorpusStore, draft: Draft, own_doubts: Sequence[str], signature: bytes, known_as: str | None
) -> Verdict:
    """Return what a draft lacks and what speaks against it; this only looks up what the store keeps.

    :param own_doubts: what speaks against the draft taken alone.
    :param signature: the signature of its text.
    :param known_as: the release that the draft is a version of, if any; a version is no duplicate.
    """
    is_compared = known_as is None and len(draft.text) >= MIN_TEXT_CHARS
    near = nearest(store, signature, draft.language) if is_compared else None
    if near is None:
        return Verdict(lacking(draft), tuple(own_doubts))
    release_id, share = near
    address = store.canonical_url(release_id)
    where = f" at {address}" if address else ""
    twice = f"{share:.0%} of it is the same as {release_id}{where}, which it would show twice"
    return Verdict(lacking(draft), (*own_doubts, twice), release_id)


def lacking(draft: Draft) -> tuple[str, ...]:
    """Name what a release must state and a draft does not, with the option that gives it."""
    return tuple(f"no {field} (give it with {_OPTIONS[field]})" for field in draft.missing())


def worded(doubt: Doubt) -> str:
    """Put a doubt about a text or its page into words."""
    return _WORDS[doubt.kind].format(count=doubt.count)


def _text_reasons(draft: Draft, doubts: Sequence[Doubt], *, is_whole: bool) -> list[str]:
    """Return what is wrong with the text. A person wrote a plain text down, and may have kept it short."""
    is_empty = len(draft.text) < MIN_TEXT_CHARS
    ignored = {DoubtKind.TOO_SHORT} if is_empty or is_whole else set()
    reasons = [worded(doubt) for doubt in doubts if doubt.kind not in ignored]
    return ["it holds no text of a release", *reasons] if is_empty else reasons


def _date_reasons(draft: Draft) -> list[str]:
    today = datetime.datetime.now(datetime.UTC).date()
    tomorrow = today + datetime.timedelta(days=1)  # It is already tomorrow east of Greenwich.
    if draft.date is not None and draft.date > tomorrow:
        return [f"it is dated {draft.date}, in the future (correct it with --date)"]
    return []


def _language_reasons(draft: Draft) -> list[str]:
    if draft.language is not None and draft.language not in LANGUAGES:
        return [f"its language {draft.language[:20]!r} is none that is known (give it with --language, as en or fr)"]
    return []


def _claim_reasons(draft: Draft) -> list[str]:
    """Return what a draft claims about itself and its address does not confirm."""
    reasons = []
    if "url" in draft.claims:
        reasons.append(
            f"it calls {draft.claims['url']} its address, but {draft.retrieved_from or draft.url} does not speak for "
            "that (give the right one with --url)"
        )
    rival = draft.claims.get("date") or draft.claims.get("date in address")
    if rival:
        reasons.append(f"it is dated {draft.date}, but {rival} (give the right one with --date)")
    if "issuer" in draft.claims:
        whose = f"one of {draft.issuer}" if issuer_of(draft.url) else "none that is known to be of that body"
        reasons.append(
            f"it names {draft.claims['issuer']}, but its address is {whose} (give the right one with --issuer)"
        )
    return reasons
