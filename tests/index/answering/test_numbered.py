"""A question on the third quarter, meeting or annex is not answered by what a release says of the second."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from index.answering.numbered import other_number
from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.filters import Filters
from index.intake.ingest import ingest_file
from index.intake.overrides import Overrides
from index.maintenance import build_all
from index.processes.jobs import open_corpus
from index.settings import IndexSettings
from index.text.languages import LANGUAGES
from index.text.ordinals import ordinals
from tests.fakes import silent

TOLD = "In the second quarter of 2025, 54% came from renewables, after Annex I of the second report and meeting."
THIRD = {  # the third quarter, the third report
    "bg": ("през третото тримесечие на 2025 г.", "третия доклад"),
    "cs": ("ve třetím čtvrtletí 2025", "třetí zprávy"),
    "da": ("i tredje kvartal 2025", "den tredje rapport"),
    "de": ("im 3. Quartal 2025", "den dritten Bericht"),
    "el": ("το τρίτο τρίμηνο του 2025", "την τρίτη έκθεση"),
    "en": ("in Q3 2025", "the third report"),
    "es": ("en el tercer trimestre de 2025", "el tercer informe"),
    "et": ("2025. aasta kolmandas kvartalis", "kolmas aruanne"),
    "fi": ("vuoden 2025 kolmannella neljänneksellä", "kolmas raportti"),
    "fr": ("au 3e trimestre 2025", "le troisième rapport"),
    "ga": ("sa tríú ráithe de 2025", "an tríú tuarascáil"),
    "hr": ("u trećem tromjesečju 2025.", "treće izvješće"),
    "hu": ("2025 harmadik negyedévében", "a harmadik jelentés"),
    "it": ("nel terzo trimestre 2025", "la terza relazione"),
    "lt": ("trečiąjį 2025 m. ketvirtį", "trečioji ataskaita"),
    "lv": ("2025. gada trešajā ceturksnī", "trešais ziņojums"),
    "mt": ("fit-tielet trimestru tal-2025", "it-tielet rapport"),
    "nl": ("in het derde kwartaal van 2025", "het derde verslag"),
    "pl": ("w III kwartale 2025 roku", "trzecie sprawozdanie"),
    "pt": ("no terceiro trimestre de 2025", "o terceiro relatório"),
    "ro": ("în trimestrul al treilea din 2025", "al treilea raport"),
    "sk": ("v treťom štvrťroku 2025", "tretia správa"),
    "sl": ("v tretjem četrtletju 2025", "tretje poročilo"),
    "sv": ("under tredje kvartalet 2025", "den tredje rapporten"),
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_third_is_not_the_second_in_any_language(code: str) -> None:
    for asked in THIRD[code]:
        assert other_number(ordinals(asked, code), code, TOLD, "en"), asked
        assert other_number(ordinals(asked, code), code, TOLD.replace("second", "third"), "en") is None, asked


@pytest.mark.parametrize(
    ("text", "code", "numbers"),
    [
        ("the 3rd EU-Belarus Senior Officials' Meeting of 3rd June", "en", [3]),
        ("Annex II, Phase 3 and Role 2 facilities", "en", [2, 3]),
        ("What do third countries and third parties do?", "en", []),
        ("I asked 20 people in 27 states, at 5.30, for 3 seconds", "en", []),
        ("am 4. Juni im Artikel 3. Die 2. Phase", "de", [2, 3]),
        ("the fifth most imported spice, a third of it", "en", [5]),
        ("o załączniku I i załącznikach", "pl", [1]),
    ],
)
def test_what_is_numbered_is_told_from_days_and_amounts(text: str, code: str, numbers: list[int]) -> None:
    assert sorted({each.number for each in ordinals(text, code) if each.counted}) == numbers


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the second call open for?", "It follows the first call and the second."),
        ("Who won the second prize?", "The first call is open."),  # another thing
        ("When is the first quarter?", "In the first and second quarter it grew."),
        ("What grew for the first time in the second quarter?", "In the second quarter it grew for the first time."),
    ],
)
def test_what_may_be_the_same_is_no_difference(question: str, told: str) -> None:
    assert other_number(ordinals(question, "en"), "en", told, "en") is None


RELEASE = """---
title: Electricity from renewable sources
issuer: Eurostat
date: 2025-09-29
language: en
---

In the second quarter of 2025, 54.0% of net electricity generated in the EU came from renewable energy sources.

Denmark had the highest share of renewables, with 94.7% of the electricity that it generated.

The 4th annual meeting of statisticians on energy took place in Tallinn and compared how each country counts.
"""


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory, default_model: SentenceTransformerEmbedder) -> Iterator[Engine]:
    """An engine over a release on one quarter."""
    folder = tmp_path_factory.mktemp("quarter")
    settings = IndexSettings(data_dir=folder / "data", model="")
    path = folder / "quarter.md"
    path.write_text(RELEASE, "utf-8")
    with closing(open_corpus(settings)) as store:
        ingest_file(store, path, Overrides())
    build_all(settings, default_model, silent)
    with Engine(settings, default_model) as engine:
        yield engine


@pytest.mark.parametrize(
    ("told", "other"),
    [
        ("What share of EU electricity was renewable in the second quarter of 2025?", ("second", "third")),
        ("Which country had the highest share of renewables in the second quarter of 2025?", ("second", "fourth")),
        ("Welcher Anteil des EU-Stroms war im zweiten Quartal 2025 erneuerbar?", ("zweiten", "dritten")),
        ("Where did the 4th annual meeting of statisticians take place?", ("4th", "3rd")),
    ],
)
def test_another_number_is_not_answered(quarter: Engine, told: str, other: tuple[str, str]) -> None:
    assert quarter.answer(told, Filters()).answered
    refused = quarter.answer(told.replace(*other), Filters())
    assert not refused.answered
    assert refused.confidence < 0.2
    assert any(f"here {other[1]}, there" in str(notice) for notice in refused.notices)
