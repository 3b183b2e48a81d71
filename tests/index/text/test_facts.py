"""Which figures, dates and names only one of two texts has, in any language of the EU."""

import pytest

from index.changes import FactKind
from index.text.facts import fact_changes

FIGURE, DATE, NAME = FactKind


@pytest.mark.parametrize(
    ("language", "before", "after", "changes"),
    [
        (
            "en",
            "Europol will send 100 officers to Greece on 5 March 2024.",
            "Europol will send 120 officers to Italy on 6 April 2024.",
            [(FIGURE, "100", "120"), (DATE, "5 March 2024", "6 April 2024"), (NAME, "Greece", "Italy")],
        ),
        ("en", "The fund gives €3 million.", "The fund gives €3 billion.", [(FIGURE, "€3 million", "€3 billion")]),
        ("en", "It rose by 25%.", "It rose by 30 per cent.", [(FIGURE, "25%", "30 per cent")]),
        ("en", "It rose by 25%.", "It rose by 25 percent.", []),
        (
            "en",
            "It was 2.3%, then 2.4%.",
            "It was 1.8%, then 2.3%.",
            [(FIGURE, "2.3%", "1.8%"), (FIGURE, "2.4%", "2.3%")],
        ),
        ("en", "It was 2.3%, then 2.4%.", "After 2.4% it was 2.3%.", []),
        ("en", "It gave 3,000 euros to three states.", "It gave €3 000 to four states.", [(FIGURE, "three", "four")]),
        (
            "en",
            "said Ursula von der Leyen, for the Commission.",
            "said Roberta Metsola, for the Parliament.",
            [(NAME, "Ursula von der Leyen", "Roberta Metsola"), (NAME, "Commission", "Parliament")],
        ),
        (
            "en",
            "See Regulation (EU) 2019/1896.",
            "See Regulation (EU) 2019/1240.",
            [(FIGURE, "2019/1896", "2019/1240")],
        ),
        ("en", "It has 3 parts and 4 chapters.", "It has 3 parts.", [(FIGURE, "4", "")]),
        ("en", "The measures were welcomed.", "Warmly welcomed were the measures.", []),
        (
            "de",
            "Die Kommission zahlt 3,5 Millionen Euro bis zum 5. März 2024 an Griechenland.",
            "Die Kommission zahlt 3,5 Milliarden Euro bis zum 5. April 2024 an Österreich.",
            [
                (FIGURE, "3,5 Millionen Euro", "3,5 Milliarden Euro"),
                (DATE, "5. März 2024", "5. April 2024"),
                (NAME, "Griechenland", "Österreich"),
            ],
        ),
        ("de", "Die Maßnahme hilft.", "Die Unterstützung hilft.", []),
        ("pl", "Przekaże 20 mln euro.", "Przekaże 20 mld euro.", [(FIGURE, "20 mln euro", "20 mld euro")]),
        ("fr", "Il y a 1 200 agents.", "Il y a 1 300 agents.", [(FIGURE, "1 200", "1 300")]),
    ],
)
def test_changes(language: str, before: str, after: str, changes: list[tuple[FactKind, str, str]]) -> None:
    result = fact_changes(before, after, language)
    assert sorted((each.kind, each.before, each.after) for each in result) == sorted(changes)
    assert fact_changes(before, before, language) == ()


def test_texts_in_two_languages_share_figures_dates_agencies_and_countries() -> None:
    english = "Europol sends 3 officers to Germany on 5 March 2024, said Ann Smith."
    german = "Europol schickt 4 Beamte nach Deutschland am 5. März 2024, sagte Ann Smith."
    assert [(each.before, each.after) for each in fact_changes(english, german, "en", "de")] == [("3", "4")]
