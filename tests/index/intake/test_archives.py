"""Files in a zip archive are taken in one by one, within bounds; a bad one is named and stops no other."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from corpus import MAX_BYTES
from index.intake.archives import MAX_MEMBERS
from index.intake.overrides import Overrides
from index.intake.sources import Upload
from index.maintenance import Maintenance
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, upkeep
from tests.forgeries import OWN, what
from tests.index.intake.test_handed_over import archived, saved
from tests.pages import paragraphs, press_page

CORNER = "https://ec.europa.eu/commission/presscorner/detail/en/ip_24"


@pytest.fixture
def keeper(served: IndexSettings, embedder: FakeEmbedder) -> Maintenance:
    return upkeep(served, embedder)


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def pages() -> dict[str, bytes]:
    """Return three pages as browsers save them, with the parts of one, and what a system adds to archives."""
    first, second, third = (press_page(f"Cod quotas {seed}", "2024-05-06", paragraphs(seed)) for seed in (1, 2, 3))
    return {
        "cod.html": saved(first, f"{CORNER}_1"),
        "cod_files/style.css": b"a { color: red }",
        "cod_files/frame.html": b"<p>An advertisement</p>",
        "autumn/herring.mhtml": archived(second, f"{CORNER}_2"),
        "autumn/.DS_Store": b"\0\1",
        "autumn/~$hake.docx": b"\5Ada",
        "autumn/cod.pdf.crdownload": b"%PDF",
        "__MACOSX/autumn/._herring.mhtml": b"\0\1",
        "autumn/hake.html": saved(third, f"{CORNER}_3"),
    }


@pytest.mark.parametrize("attached", [False, True])
def test_releases_in_an_archive_are_added_with_their_addresses(
    keeper: Maintenance, tmp_path: Path, attached: bool
) -> None:
    path = zipped(tmp_path / "cod.zip", pages())
    added = keeper.add([Upload("cod.zip", path) if attached else str(path)], quiet, build=False)
    assert [status for status, _ in what(added)] == ["added"] * 3
    shown = "cod.zip" if attached else str(path)
    assert [source.source for source in added.taken.ingested] == [
        f"{shown}/cod.html", f"{shown}/autumn/herring.mhtml", f"{shown}/autumn/hake.html"
    ]  # fmt: skip
    assert added.taken.failed == ()


def test_bad_file_in_an_archive_stops_no_other(keeper: Maintenance, tmp_path: Path) -> None:
    bad = {"a.png": b"\x89PNG\r\n", "inner.zip": zipped(tmp_path / "b.zip", {"a.txt": b"x"}).read_bytes()}
    path = zipped(tmp_path / "cod.zip", bad | pages())
    added = keeper.add([str(path)], quiet, build=False)
    assert len(added.taken.ingested) == 3
    assert {failed.source for failed in added.taken.failed} == {f"{path}/a.png", f"{path}/inner.zip"}
    assert all("no release" in failed.error for failed in added.taken.failed)


def test_title_or_address_is_given_for_one_file_only(keeper: Maintenance, tmp_path: Path) -> None:
    path = zipped(tmp_path / "cod.zip", pages())
    (failed,) = keeper.add([str(path)], quiet, Overrides(url=OWN), build=False).taken.failed
    assert failed.error == f"{path} holds 3 files: title, date and url say something of one release."
    first = zipped(tmp_path / "one.zip", {"cod.html": press_page("Cod quotas", "2024-05-06", paragraphs(4))})
    assert [status for status, _ in what(keeper.add([str(first)], quiet, Overrides(url=OWN), build=False))] == ["added"]


def stating(*fields: tuple[bytes, int, int], method: int = zipfile.ZIP_STORED) -> bytes:
    """Return an archive of one file, with bytes at offsets after the first of some marks replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a.txt", b"x" * 99)
    data = bytearray(out.getvalue())
    for mark, offset, value in fields:
        data[data.find(mark) + offset] = value
    return bytes(data)


FILE, LISTED = b"PK\x03\x04", b"PK\x01\x02"
ENCRYPTED = stating((FILE, 6, 1), (LISTED, 8, 1))
DEFLATE64 = stating((FILE, 8, 9), (LISTED, 10, 9))
OF_A_LATER_VERSION = stating((LISTED, 6, 99))
CUT_LZMA = stating((FILE, 44, 255), method=zipfile.ZIP_LZMA)


def claiming(count: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", b"x")
    data = bytearray(out.getvalue())
    struct.pack_into("<H", data, data.rfind(b"PK\x05\x06") + 10, count)
    return bytes(data)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"x" * (MAX_BYTES + 1))
    return out.getvalue()


def book() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("mimetype", "content.xml", "META-INF/manifest.xml"):
            archive.writestr(name, b"application/vnd.oasis.opendocument.text")
    return out.getvalue()


@pytest.mark.parametrize(("data", "why"), [
    (book(), "cod.zip is a document of a kind that is not read: save it as PDF, .docx or text"),
    (b"PK\x03\x04broken", "or is damaged"), (ENCRYPTED, "a.txt is encrypted"),
    (DEFLATE64, "a.txt is packed in a way that is not read"),
    (OF_A_LATER_VERSION, "cod.zip is packed in a way that is not read"), (CUT_LZMA, "a.txt is damaged"),
    (claiming(MAX_MEMBERS + 1), "holds more than"), (bomb(), "is larger than 20 MB"),
])  # fmt: skip
def test_archive_that_cannot_be_read_is_refused_in_a_sentence(
    keeper: Maintenance, tmp_path: Path, data: bytes, why: str
) -> None:
    path = tmp_path / "cod.zip"
    path.write_bytes(data)
    (failed,) = keeper.add([str(path)], quiet, build=False).taken.failed
    assert why in failed.error
    assert failed.error.endswith(".")


def test_archive_without_a_file_is_refused(keeper: Maintenance, tmp_path: Path) -> None:
    path = zipped(tmp_path / "cod.zip", {"__MACOSX/a": b"x"})
    (failed,) = keeper.add([str(path)], quiet, build=False).taken.failed
    assert failed.error == f"{path} holds no file: zip the releases and add it again."
