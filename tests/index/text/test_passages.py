"""Passages are spans: never across a heading, never through a sentence."""

import dataclasses
import datetime

from hypothesis import given
from hypothesis import strategies as st

from corpus.models import Release
from index.text.passages import LIST_MAX_CHARS, TARGET_CHARS, chunk, context
from index.text.sentences import sentences


def release(text: str) -> Release:
    return Release("an-id", "A title", "European Commission", datetime.date(2024, 5, 6), "en", text)


def texts(text: str) -> list[str]:
    return [text[passage.start : passage.end] for passage in chunk(release(text))]


def test_passage_ends_at_a_heading() -> None:
    assert texts("One.\n\n## H\n\nTwo.") == ["One.", "Two."]
    assert [passage.heading for passage in chunk(release("One.\n\n## H\n\nTwo."))] == ["", "H"]


def test_list_stays_with_its_lead_in(shipped: Release) -> None:
    held = [shipped.text[passage.start : passage.end] for passage in chunk(shipped)]
    assert [text for text in held if "- maximising" in text] == [
        "The concrete actions draw on:\n- enhanced inter-agency approach both at EU and national level,\n"
        "- making the best use of synergies between the operational tools available,\n"
        "- maximising the use of the external assets of the EU,"
    ]


def test_items_of_a_long_list_know_their_lead_in() -> None:
    items = "\n".join(f"- the item number {number} of a list that is long" for number in range(40))
    text = f"It draws on:\n{items}\nAnd the end."
    passages = chunk(release(text))
    assert text[passages[0].start :].startswith("It draws on:\n- the item number 0")
    assert passages[0].lead_in is None
    lead_ins = [passage.lead_in for passage in passages[1:-1]]
    assert {lead_in and text[lead_in.start : lead_in.end] for lead_in in lead_ins} == {"It draws on:"}
    assert context(release(text), passages[1]).endswith("It draws on:")
    assert passages[-1].lead_in is None


def test_context_names_title_date_and_heading(shipped: Release) -> None:
    last = chunk(shipped)[-1]
    assert context(shipped, last) == f"{shipped.title}. 06 December 2018. External action"


LINES = st.lists(
    st.sampled_from(
        [
            "The Council agreed on Art. 5 today. It will apply from 1 May.",
            "## A heading",
            "It draws on:",
            "- an item without a stop",
            "• another item, with e.g. a comma,",
            "",
            "A paragraph without an end",
            "We act now.\nJane Doe, President of the Council",
            "word " * 150 + "end.",
            "“Odd” – \N{NO-BREAK SPACE}characters… everywhere!",
        ]
    )
    | st.text(max_size=80),
    max_size=25,
)


@given(LINES)
def test_every_sentence_stands_in_one_passage_whole(lines: list[str]) -> None:
    first = release("\n".join(lines))
    passages = chunk(first)
    held = [span for passage in passages for span in passage.sentences]
    assert tuple(held) == sentences(first.text)
    for ordinal, passage in enumerate(passages):
        assert passage.ordinal == ordinal
        assert passage.start == passage.sentences[0].start
        assert passage.end == passage.sentences[-1].end
        assert len(passage.sentences) <= 2 or passage.end - passage.start <= max(TARGET_CHARS, LIST_MAX_CHARS)


@given(LINES)
def test_chunking_depends_on_the_text_alone(lines: list[str]) -> None:
    first = release("\n".join(lines))
    other = dataclasses.replace(first, title="Another title")
    assert chunk(first) == chunk(other)
