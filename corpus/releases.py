"""The shipped releases, and how a release is read and written: text under a front-matter header."""

from collections.abc import Iterator
from datetime import date
from importlib import resources

from corpus.errors import SourceError
from corpus.models import Draft, Release

_FIELDS = ("title", "issuer", "date", "language", "kind", "reference", "url", "retrieved_from", "note")


def shipped_releases() -> Iterator[Release]:
    """Yield the releases that come with the program, by file name, which is the release id."""
    for file in sorted((resources.files("corpus") / "releases").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".md"):
            draft = parse_front_matter(file.read_text("utf-8"), file.name) or Draft("")
            yield draft.accepted(file.name.removesuffix(".md"))


def parse_front_matter(text: str, name: str) -> Draft | None:
    """Read a text that opens with a front-matter header (YAML between two lines of ``---``); None where none does.

    :raises SourceError: when the header is no YAML mapping, or its date no date.
    """
    if not text.startswith("---\n"):
        return None
    import frontmatter
    import yaml

    try:
        post = frontmatter.loads(text)
    except (yaml.YAMLError, ValueError) as error:
        raise SourceError(
            f"{name} has a front-matter header that is not valid YAML: correct it and add it again."
        ) from error
    if not post.metadata:
        return None
    header = {field: post.metadata[field] for field in _FIELDS if post.metadata.get(field) is not None}
    if not isinstance(header.get("date", date.min), date):
        raise SourceError(
            f"{name} has a date that is not written YYYY-MM-DD in its header: correct it and add it again."
        )
    values = {field: value if field == "date" else str(value) for field, value in header.items()}
    found_in = dict.fromkeys(values, "header")
    return Draft(text=post.content.strip(), found_in=found_in, **values)  # type: ignore[arg-type]


def format_front_matter(release: Release) -> str:
    """Write a release the way `parse_front_matter` reads it."""
    import frontmatter

    header = {field: getattr(release, field) for field in _FIELDS if getattr(release, field) is not None}
    return str(frontmatter.dumps(frontmatter.Post(release.text, **header), sort_keys=False, allow_unicode=True)) + "\n"
