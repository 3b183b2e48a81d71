"""Sentences end where a reader would say they do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.models import Release
from index.text.sentences import sentences


def split(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Under Art. 5 of the Treaty it applies.",
        "Decision No. 2018/123 and Reg. (EC) No 45/2001 apply.",
        "Bodies, e.g. Europol, i.e. the police office, help.",
        "It ends at 5 p.m. on Monday.",
        "The U.S. Government and Mr. Kickl agreed.",
        "Regulation (EU) 2019/1896 covers approx. 1.5 million people.",
        "See para. 3, pp. 4-5 and Annex I.",
        "J. M. Barroso and Prof. Dr. Smith met on 5 Dec. 2010.",
    ],
)
def test_abbreviations_do_not_end_a_sentence(sentence: str) -> None:
    assert split(f"{sentence} Then it left.") == [sentence, "Then it left."]


def test_sentence_may_end_with_an_abbreviation() -> None:
    assert split("It ended at 5 p.m. The next day came.\nThey came from the U.S.\nWe left.") == [
        "It ended at 5 p.m.",
        "The next day came.",
        "They came from the U.S.",
        "We left.",
    ]


def test_list_items_are_sentences_with_or_without_a_full_stop() -> None:
    assert split("It draws on:\n- one thing, e.g. this. Or that\n- another") == [
        "It draws on:",
        "- one thing, e.g. this. Or that",
        "- another",
    ]


def test_statement_and_speaker_are_one_span(shipped: Release) -> None:
    spans = [span for span in split(shipped.text) if "Herbert Kickl" in span]
    assert len(spans) == 1
    assert spans[0].startswith("Migrant smugglers draw huge financial benefits")
    assert spans[0].endswith("no space to act.\nHerbert Kickl, Minister of the Interior of Austria")


def test_headings_are_no_sentences() -> None:
    assert split("## A heading\n\nA sentence.") == ["A sentence."]


@given(st.text(max_size=300), st.sampled_from(["en", "fr", "el", "xx"]))
def test_spans_are_in_order_trimmed_and_within_the_text(text: str, language: str) -> None:
    end = 0
    for span in sentences(text, language):
        assert end <= span.start < span.end <= len(text)
        words = text[span.start : span.end]
        assert words == words.strip()
        end = span.end
