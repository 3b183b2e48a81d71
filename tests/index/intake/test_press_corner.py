"""The press corner is read through its interface: by addresses of a page and of the interface, by a feed, by a file."""

import datetime
import json
from pathlib import Path

import pytest

import index
from index.intake.overrides import UNSAID, Overrides
from index.maintenance import Maintenance
from index.processes.jobs import Added
from index.settings import IndexSettings
from tests.conftest import SHARED
from tests.corpus.servers import Server, redirect
from tests.fakes import quiet
from tests.forgeries import kept
from tests.press_corner import MORE, ROOT, SHELL, PressCorner, document


def only(added: Added) -> str:
    assert added.taken.failed == ()
    (source,) = added.taken.ingested
    assert source.status == "added", source
    return source.release_id


@pytest.mark.parametrize(
    "path",
    [
        "/detail/en/ip_26_301",
        "/detail/EN/IP_26_301#11",
        "/detail/en/ip_26_301/",
        "/detail/en/ip%5F26%5F301",
        "/api/documents?reference=IP/26/301&language=en",
        "/api/documents?language=en&reference=IP%2F26%2F301",
        "/api/files/document/print/en/ip_26_301/IP_26_301_EN.pdf",
    ],
)
def test_address_of_a_document_is_read_through_the_interface(
    path: str, site: Server, corner: PressCorner, keeper: Maintenance, settings: IndexSettings
) -> None:
    corner.publish(301)
    release = kept(settings, only(keeper.add([site.url(ROOT + path)], quiet, build=False)))
    assert release.title == "Quays for Constanta 301"
    assert release.text.startswith("The Commission gives the port of Constanta 301 million euros")
    assert f"## Constanta\n\n{MORE['en']}" in release.text
    assert (release.date, release.reference) == (datetime.date(2026, 1, 20), "IP/26/301")
    assert (release.issuer, release.language) == ("European Commission", "en")
    assert release.url == site.url(f"{ROOT}/detail/en/ip_26_301")
    assert corner.read == ["IP/26/301 en"]
    assert not any("/detail/" in path for path in site.paths), "the page itself has no text"


def test_page_that_was_saved_without_its_text_is_read_through_the_interface(
    site: Server, corner: PressCorner, keeper: Maintenance, settings: IndexSettings, tmp_path: Path
) -> None:
    corner.publish(301)
    path = tmp_path / "shell.html"
    path.write_bytes(SHELL)
    given = Overrides(url=site.url(f"{ROOT}/detail/en/IP_26_301"))
    release = index.release(settings, only(keeper.add([str(path)], quiet, given)))
    assert (release.reference, release.url) == ("IP/26/301", site.url(f"{ROOT}/detail/en/ip_26_301"))
    comment = f"<!-- saved from url=(0000){site.url(f'{ROOT}/detail/en/ip_26_301')} -->\n<html"
    path.write_bytes(SHELL.replace(b"<html", comment.encode(), 1))
    (again,) = keeper.add([str(path)], quiet).taken.ingested
    assert again.release_id == release.release_id, "the comment of a browser tells where it is from"


def test_old_address_that_leads_to_a_page_is_read_there(
    site: Server, corner: PressCorner, keeper: Maintenance, settings: IndexSettings
) -> None:
    corner.publish(301)
    site.handlers["/rapid/press-release_IP-26-301_en.htm"] = lambda request: request.answer(
        status="301 Moved", Location=f"{ROOT}/detail/en/ip_26_301"
    )
    added = keeper.add([site.url("/rapid/press-release_IP-26-301_en.htm")], quiet, build=False)
    assert kept(settings, only(added)).reference == "IP/26/301"


def test_language_is_the_one_that_was_answered(
    site: Server, corner: PressCorner, keeper: Maintenance, settings: IndexSettings
) -> None:
    corner.publish(301)
    release = kept(settings, only(keeper.add([site.url(f"{ROOT}/detail/de/ip_26_301")], quiet, build=False)))
    assert (release.language, release.url) == ("en", site.url(f"{ROOT}/detail/en/ip_26_301"))
    (again,) = keeper.add([site.url(f"{ROOT}/detail/en/ip_26_301")], quiet, build=False).taken.ingested
    assert (again.status, again.release_id) == ("unchanged", release.release_id)


@pytest.mark.parametrize(
    "path",
    [
        "/detail/en/fs_26_7",
        "/detail/EN/FS_26_7#1",
        "/detail/de/fs_26_7",
        "/api/documents?reference=FS/26/7&language=fr",
        "/api/files/document/print/en/fs_26_7/FS_26_7_EN.pdf",
    ],
)
def test_document_without_text_is_asked_for_once_unless_forced(
    path: str, site: Server, corner: PressCorner, keeper: Maintenance, settings: IndexSettings
) -> None:
    corner.textless.add(corner.publish(7, kind="FS"))
    (failed,) = keeper.add([site.url(f"{ROOT}/detail/en/fs_26_7")], quiet, build=False).taken.failed
    assert "has no text in the press corner" in failed.error
    (told,) = keeper.add([site.url(ROOT + path)], quiet, build=False).taken.failed
    assert "has no text in the press corner, as was found on 20" in told.error
    assert told.error.endswith("it was not asked for again, --force does that.")
    assert corner.read == ["FS/26/7 en"]
    (asked,) = keeper.add([site.url(ROOT + path)], quiet, force=True, build=False).taken.failed
    assert "as factsheets have none" in asked.error
    assert len(corner.read) == 2
    corner.textless.clear()
    assert (
        kept(settings, only(keeper.add([site.url(ROOT + path)], quiet, force=True, build=False))).reference == "FS/26/7"
    )
    (again,) = keeper.add([site.url(ROOT + path)], quiet, build=False).taken.ingested
    assert again.status == "unchanged", "with a text it is like any other"


def test_what_one_way_found_to_have_no_text_no_other_asks_for(
    site: Server, corner: PressCorner, keeper: Maintenance
) -> None:
    references = corner.publish(7, kind="FS"), corner.publish(8, kind="FS", day="2026-01-21")
    corner.textless.add(references[0])
    corner.documents[references[1], "en"]["docuLanguageResource"]["htmlContent"] = "<p> &nbsp; </p>"  # type: ignore[index]
    site.handlers["/rapid/press-release_FS-26-8_en.htm"] = redirect(f"{ROOT}/detail/en/fs_26_8")
    added = keeper.add([site.url(f"{ROOT}/detail/en/{page}") for page in ("fs_26_7", "fs_26_8")], quiet)
    assert len(added.taken.failed) == 2
    keeper.add_feed(site.url(f"{ROOT}/api/rss?language=en"))
    polled = keeper.poll(quiet)
    assert [source.status for source in polled.added.taken.ingested] == ["skipped", "skipped"]
    assert polled.added.complete, "nobody is told a second time"
    keeper.add_source(site.url(f"{ROOT}/"))
    keeper.backfill(quiet, since=datetime.date(2026, 1, 1), until=datetime.date(2026, 1, 31))
    (failed,) = keeper.add([site.url("/rapid/press-release_FS-26-8_en.htm")], quiet).taken.failed
    assert "as was found on" in failed.error
    assert corner.read == ["FS/26/7 en", "FS/26/8 en"]


@pytest.mark.parametrize(
    ("kind", "issuer"),
    [
        ("PRES", "Council of the European Union"),
        ("PESC", "Council of the European Union"),
        ("CJE", "Court of Justice of the European Union"),
        ("BEI", "European Investment Bank"),
        ("STAT", "Eurostat"),
        ("ECA", "European Court of Auditors"),
        ("EDPS", "European Data Protection Supervisor"),
        ("EO", "European Ombudsman"),
        ("CES", "European Economic and Social Committee"),
        ("COR", "European Committee of the Regions"),
        ("OLAF", "European Anti-Fraud Office"),
        ("MEX", "European Commission"),
    ],
)
def test_type_of_a_document_names_its_issuer(
    kind: str, issuer: str, site: Server, corner: PressCorner, keeper: Maintenance, settings: IndexSettings
) -> None:
    corner.publish(5, kind=kind)
    release = kept(settings, only(keeper.add([site.url(f"{ROOT}/detail/en/{kind}_26_5")], quiet, build=False)))
    assert (release.issuer, release.reference) == (issuer, f"{kind}/26/5")


def test_feed_of_the_press_corner_brings_texts(
    site: Server, corner: PressCorner, keeper: Maintenance, settings: IndexSettings
) -> None:
    for number in range(1, 4):
        corner.publish(number)
    corner.textless.add(corner.publish(9, kind="FS"))
    keeper.add_feed(site.url(f"{ROOT}/api/rss?language=en"))
    polled = keeper.poll(quiet)
    assert sorted(source.status for source in polled.added.taken.ingested) == ["added"] * 3
    assert {release.issuer for release in index.releases(settings) if release.reference} >= {"European Commission"}
    assert corner.read.count("FS/26/9 en") == 1
    corner.publish(4)
    keeper.poll(quiet)
    assert corner.read.count("FS/26/9 en") == 1, "what never has a text is not asked for again"
    assert corner.read.count("IP/26/1 en") == 1
    assert corner.read.count("IP/26/4 en") == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_saved_answer_is_read_as_the_document(
    encoding: str, tmp_path: Path, keeper: Maintenance, settings: IndexSettings
) -> None:
    path = tmp_path / "documents.json"
    path.write_text(json.dumps(document(11), ensure_ascii=False), encoding)
    release = kept(settings, only(keeper.add([str(path)], quiet, build=False)))
    assert release.url == "https://ec.europa.eu/commission/presscorner/detail/en/ip_26_11"
    assert (release.issuer, release.reference, release.origin) == ("European Commission", "IP/26/11", "claimed")


def test_answer_that_a_browser_showed_is_read(tmp_path: Path, keeper: Maintenance, settings: IndexSettings) -> None:
    path = tmp_path / "documents.html"
    shown = json.dumps(document(11)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    path.write_text(f"<html><head></head><body><pre style='white-space: pre-wrap'>{shown}</pre></body></html>")
    assert kept(settings, only(keeper.add([str(path)], quiet, build=False))).title == "Quays for Lisbon 11"


@pytest.mark.parametrize("name", ["presscorner-api.json", "presscorner-api-legacy.json"])
@pytest.mark.parametrize("given", [True, False])
def test_made_answers(name: str, given: bool, keeper: Maintenance, settings: IndexSettings) -> None:
    path = SHARED / "pages" / "made" / name
    if not path.exists():
        pytest.skip("the shared pages are not here")
    api = "https://ec.europa.eu/commission/presscorner/api/documents?reference=IP/26/9301&language=en"
    release = kept(settings, only(keeper.add([str(path)], quiet, Overrides(url=api) if given else UNSAID, build=False)))
    assert release.title == "Commission proposes a plan for clean ferries"
    assert release.note == "Shore power in every island port by 2030"
    assert (release.date, release.reference) == (datetime.date(2026, 1, 20), "IP/26/9301")
    assert release.url == "https://ec.europa.eu/commission/presscorner/detail/en/ip_26_9301"
    blocks = release.text.split("\n\n")
    assert [block for block in blocks if block.startswith("## ")] == ["## What changes for ports", "## Next steps"]
    assert len([block for block in blocks if not block.startswith("## ")]) == 5
    assert release.text.count("\n- ") == 2
    assert "more information" not in release.text
    assert "Factsheet" not in release.text
    assert "20 January 2026" not in release.text
    assert "\\n" not in release.text
    assert "€240 million" in release.text


def test_answer_about_another_document_is_set_aside(site: Server, corner: PressCorner, keeper: Maintenance) -> None:
    corner.documents["IP/26/1", "en"] = document(2)
    (source,) = keeper.add([site.url(f"{ROOT}/detail/en/ip_26_1")], quiet, build=False).taken.ingested
    assert source.status == "quarantined"
    assert "calls" in source.reasons[0]


@pytest.mark.parametrize(
    "body",
    [
        b'{"docuLanguageResource": {"htmlContent": "<p>a"}, "refCd": ',
        b'{"docuLanguageResource": [], "refCd": 5}',
        b'{"docuLanguageResource": {"htmlContent": {"a": 1}, "title": 7}, "refCd": null}',
        b'{"docuLanguageResource": ' + b"[" * 100_000 + b', "refCd": ',
    ],
)
def test_broken_answer_is_one_sentence(body: bytes, tmp_path: Path, keeper: Maintenance) -> None:
    path = tmp_path / "answer.json"
    path.write_bytes(body)
    added = keeper.add([str(path)], quiet, build=False)
    assert added.taken.ingested == ()
    assert added.taken.failed[0].error.startswith("answer.json ")
