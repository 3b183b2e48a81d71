"""Releases are read as they were written."""

import pytest

from corpus.errors import SourceError
from corpus.front_matter import parse_front_matter, shipped_releases
from corpus.models import Draft
from corpus.release_text import is_speaker, outline


def test_every_shipped_release_states_all_that_a_release_must() -> None:
    assert [release.release_id for release in shipped_releases()] == ["2018-12-06-council-migrant-smuggling"]


def test_text_without_a_header_is_no_front_matter() -> None:
    assert parse_front_matter("Just text.\n---\n", "x.md") is None


@pytest.mark.parametrize("header", ["date: yesterday", "title: [", "date: 2024-13-45"])
def test_header_that_cannot_be_read_is_refused(header: str) -> None:
    with pytest.raises(SourceError, match=r"x\.md has a (front-matter header|date)"):
        parse_front_matter(f"---\n{header}\n---\ntext", "x.md")


def test_draft_without_a_date_is_no_release() -> None:
    draft = Draft(text="Words.", title="A title", issuer="OLAF", language="en")
    assert draft.missing() == ("date",)
    with pytest.raises(ValueError, match="without date"):
        draft.accepted("an-id")


def test_outline_gives_headings_and_the_spans_under_them() -> None:
    text = "Before.\n\n## One\n\nUnder one.\n\n## Two\n\nUnder two."
    assert [(section.heading, text[section.start : section.end].strip()) for section in outline(text)] == [
        ("", "Before."),
        ("One", "Under one."),
        ("Two", "Under two."),
    ]


@pytest.mark.parametrize(
    ("line", "speaker"),
    [
        ("Herbert Kickl, Minister of the Interior of Austria", True),
        ("Ursula von der Leyen, President of the European Commission", True),
        ("Magnus Brunner, Commissioner for Internal Affairs and Migration", True),
        ("– Roberta Metsola, President of the European Parliament", True),
        ("Enhancing information flows", False),
        ("Munich, Paris and Madrid lead", False),
        ("Herbert Kickl, Minister of the Interior of Austria, said no.", False),
    ],
)
def test_speaker_is_told_from_a_heading(line: str, speaker: bool) -> None:
    assert is_speaker(line) is speaker
