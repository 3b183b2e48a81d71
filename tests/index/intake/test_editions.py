"""The same release in several languages is kept once each, belongs together, and is quoted in one language."""

import datetime
from pathlib import Path

import pytest

import index
from corpus.models import Release
from index.answering.weights import shipped_weights
from index.engine import Engine
from index.filters import Filters
from index.generations.editions import one_edition_each
from index.intake.overrides import Overrides
from index.maintenance import Maintenance
from index.settings import IndexSettings
from tests.corpus.servers import Server, page
from tests.fakes import FakeEmbedder, quiet
from tests.press_corner import MORE, ROOT, SENTENCES, PressCorner

PAGE = """<!doctype html><html lang="{language}"><head><title>{title}</title>{links}</head><body><main><h1>{title}</h1>
<p>{text}</p><p>{more}</p><p>{more} {text}</p></main></body></html>"""


def by_language(settings: IndexSettings) -> dict[str, Release]:
    return {release.language: release for release in index.releases(settings) if release.date.year > 2020}


@pytest.mark.parametrize("languages", [("en", "de", "fr"), ("de", "fr", "en")])
def test_editions_by_reference_belong_together(
    languages: tuple[str, ...], site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    corner = PressCorner()
    for language in languages:
        corner.publish(3, language)
    corner.publish(4, "de")
    corner.serve(site)
    added = keeper.add([site.url(f"{ROOT}/detail/{language}/ip_26_3") for language in languages], quiet)
    ids = [source.release_id for source in added.taken.ingested]
    assert [source.status for source in added.taken.ingested] == ["added"] * 3
    assert [each[-3:] for each in ids[1:]] == [f"-{language}" for language in languages[1:]]
    assert all(len(each) <= 48 for each in ids)
    (alone,) = (
        source.release_id for source in keeper.add([site.url(f"{ROOT}/detail/de/ip_26_4")], quiet).taken.ingested
    )
    releases = {release.release_id: release for release in index.releases(settings)}
    assert {releases[each].edition_of for each in ids} == {ids[0]}
    assert releases[alone].edition_of is None
    editions = index.editions(settings, releases[ids[0]])
    assert sorted(edition.release_id for edition in editions) == sorted(ids[1:])
    again = keeper.add([site.url(f"{ROOT}/detail/{language}/ip_26_3") for language in languages], quiet)
    assert [source.status for source in again.taken.ingested] == ["unchanged"] * 3


def test_editions_by_language_links_belong_together(site: Server, keeper: Maintenance, settings: IndexSettings) -> None:
    links = "".join(
        f'<link rel="alternate" hreflang="{each}" href="/{each}/news">' for each in ("en", "de", "x-default")
    )
    for language in ("en", "de"):
        values = {"port": "Kotka", "number": 7}
        html = PAGE.format(
            language=language,
            title=f"Quays {language}",
            links=links,
            text=SENTENCES[language].format(**values),
            more=MORE[language],
        )
        site.handlers[f"/{language}/news"] = page(html.encode())
    said = Overrides(date=datetime.date(2026, 1, 20), issuer="European Commission")
    for language in ("en", "de"):
        assert keeper.add([site.url(f"/{language}/news")], quiet, said).taken.ingested[0].status == "added"
    kept = by_language(settings)
    assert kept["de"].edition_of == kept["en"].edition_of == kept["en"].release_id
    assert kept["de"].release_id.endswith("-de")


def test_link_to_another_publisher_makes_no_edition(
    keeper: Maintenance, settings: IndexSettings, tmp_path: Path
) -> None:
    europol, frontex = "https://www.europol.europa.eu/newsroom/x", "https://www.frontex.europa.eu/news/y"
    for language, url in (("de", europol), ("en", frontex)):
        text, more = SENTENCES[language].format(port="Kotka", number=7), MORE[language]
        link = f'<link rel="alternate" hreflang="de" href="{europol}">'
        path = tmp_path / f"{language}.html"
        path.write_text(PAGE.format(language=language, title=f"Quays {language}", links=link, text=text, more=more))
        said = Overrides(url=url, date=datetime.date(2026, 1, 20))
        assert keeper.add([str(path)], quiet, said).taken.ingested[0].status == "added"
    assert {release.edition_of for release in by_language(settings).values()} == {None}


def test_same_number_of_another_issuer_or_year_is_no_edition(
    site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    corner = PressCorner()
    corner.publish(3, "en")
    corner.publish(3, "de", kind="PRES")
    corner.publish(3, "fr", day="2024-01-20")
    corner.serve(site)
    paths = ("en/ip_26_3", "de/pres_26_3", "fr/ip_26_3")
    keeper.add([site.url(f"{ROOT}/detail/{path}") for path in paths], quiet)
    assert {release.edition_of for release in by_language(settings).values()} == {None}


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many million euros does the Commission give the port of Dublin for new quays and cranes?", "en"),
        ("Wie viele Millionen Euro gibt die Kommission dem Hafen von Dublin für neue Kais und Kräne?", "de"),
        ("Combien de millions d’euros la Commission donne-t-elle au port de Dublin pour de nouveaux quais ?", "fr"),
    ],
)
def test_answer_quotes_one_edition_in_the_language_of_the_question(
    question: str, language: str, site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    corner = PressCorner()
    for each in ("en", "de", "fr"):
        corner.publish(3, each)
    corner.serve(site)
    keeper.add([site.url(f"{ROOT}/detail/{each}/ip_26_3") for each in ("en", "de", "fr")], quiet)
    with Engine(settings, FakeEmbedder(), shipped_weights()) as engine:
        answer = engine.answer(question, Filters(), 3)
        passages = engine.search(question, Filters(), 20).passages
    works = [source.language for source in answer.sources if "ip_26_3" in (source.url or "")]
    assert works == [language]
    editions = {release.release_id: language for language, release in by_language(settings).items()}
    assert {editions[passage.release_id] for passage in passages if passage.release_id in editions} == {language}
    assert one_edition_each(by_language(settings).values(), language) == {by_language(settings)[language].release_id}
    assert len(one_edition_each(by_language(settings).values(), "pl")) == 1


def test_withdrawn_edition_leaves_the_others(site: Server, keeper: Maintenance, settings: IndexSettings) -> None:
    corner = PressCorner()
    for each in ("en", "de"):
        corner.publish(3, each)
    corner.serve(site)
    added = keeper.add([site.url(f"{ROOT}/detail/{each}/ip_26_3") for each in ("en", "de")], quiet)
    keeper.withdraw(added.taken.ingested[0].release_id, quiet)
    assert set(by_language(settings)) == {"de"}
