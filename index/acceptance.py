"""Whether a draft may become a release by itself; what may not is set aside with the reasons, for a person to judge."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import quality
from corpus.issuers import issuer_of
from corpus.models import Draft
from index.near import nearest
from index.store.corpus import CorpusStore

MIN_TEXT_CHARS = 40
_FLAGS = {"title": "--title", "issuer": "--issuer", "date": "--date", "language": "--language"}
_VERBS = frozenset(("says", "asks", "shows", "is"))
# ISO 639-1: the official languages of the EU, those of its candidates and neighbours, and the large ones of the world.
LANGUAGES = frozenset(
    "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv "
    "ar az be bs ca cy eu fa gl he hi hy is ja ka ko ku lb mk nb nn no ps ru so sq sr ti tr uk ur vi zh".split()
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a draft is no release yet; `lacking` are the reasons that no force overrules."""

    lacking: tuple[str, ...]
    doubts: tuple[str, ...]
    duplicate_of: str | None = None
    change_of: str | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """All of them."""
        return self.lacking + self.doubts


def doubts(draft: Draft, data: bytes, name: str) -> tuple[str, ...]:
    """Say what speaks against a draft by itself; this takes as long as its source is large.

    :param data: the bytes it was read from.
    :param name: how messages call the source.
    :raises SourceError: when looking at it takes too much time or memory.
    """
    of_text = _of_text(draft, quality.look(draft, data, name))
    return (*of_text, *_of_date(draft), *_of_language(draft), *_of_claims(draft))


def judge(store: CorpusStore, draft: Draft, own: Sequence[str], signed: bytes, known_as: str | None) -> Verdict:
    """Say what a draft lacks and what speaks against it; this only looks up what is kept.

    :param own: the doubts about it by itself.
    :param signed: the signature of its text.
    :param known_as: the release it is a version of, where it is one: it is then no duplicate.
    """
    near = nearest(store, signed, draft.language) if known_as is None and len(draft.text) >= MIN_TEXT_CHARS else None
    if near is None:
        return Verdict(lacking(draft), tuple(own))
    release_id, share = near
    address = store.canonical_url(release_id)
    where = f" at {address}" if address else ""
    twice = f"{share:.0%} of it is the same as {release_id}{where}, which it would show twice"
    return Verdict(lacking(draft), (*own, twice), release_id)


def lacking(draft: Draft) -> tuple[str, ...]:
    """Name what a release must state and a draft does not, with the option that gives it."""
    return tuple(f"no {field} (give it with {_FLAGS[field]})" for field in draft.missing())


def _of_text(draft: Draft, look: quality.Look) -> list[str]:
    """Say what is wrong with the text; a plain one was written down by a person, who may keep it short."""
    empty = len(draft.text) < MIN_TEXT_CHARS
    found = look.reasons
    if empty or look.is_plain:
        found = tuple(reason for reason in found if not reason.startswith("too little text"))
    spelled = [f"it {reason}" if reason.split()[0] in _VERBS else reason for reason in found]
    return ["it holds no text of a release", *spelled] if empty else spelled


def _of_date(draft: Draft) -> list[str]:
    today = datetime.datetime.now(datetime.UTC).date()
    if draft.date is not None and draft.date > today + datetime.timedelta(days=1):  # it is tomorrow already elsewhere
        return [f"it is dated {draft.date}, in the future (correct it with --date)"]
    return []


def _of_language(draft: Draft) -> list[str]:
    if draft.language is not None and draft.language not in LANGUAGES:
        return [f"its language {draft.language[:20]!r} is none that is known (give it with --language, as en or fr)"]
    return []


def _of_claims(draft: Draft) -> list[str]:
    """Say what a draft claims of itself that its address does not bear out."""
    found = []
    if "url" in draft.claims:
        found.append(
            f"it calls {draft.claims['url']} its address, but {draft.retrieved_from or draft.url} does not speak for "
            "that (give the right one with --url)"
        )
    if "issuer" in draft.claims:
        whose = f"one of {draft.issuer}" if issuer_of(draft.url) else "none that is known to be of that body"
        found.append(
            f"it names {draft.claims['issuer']}, but its address is {whose} (give the right one with --issuer)"
        )
    return found
