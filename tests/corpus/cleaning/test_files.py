"""PDFs and Word documents become texts: words kept whole, pages and columns put in order, layout found."""

import datetime
import io
import time
from pathlib import Path

import docx
import pypdf
import pytest
from docx.document import Document

from corpus.errors import SourceError
from tests.corpus.cleaning.reading import clean
from tests.pdfs import Words, pdf

LEFT = [
    "The Council adopted today a set of mea-",
    "sures on small harbours. It will help the",
    "member states to keep their quays open.",
]
RIGHT = [
    "Ministers also discussed the long-",
    "term budget of the Union for ports. No",
    "decision was taken on this point today.",
]
LONG = [
    "The Council adopted today a regulation that lets member states repair quays, cranes and",
    "lighthouses without asking for clearance first. It is part of the har-",
    "bour pact, and no long-term commitment is needed for the first of its pro-",
    "grammes, which the Commission-",
    "Council working party prepared.",
]  # fmt: skip


def lines(texts: list[str], x: float, y: float, leading: float = 14) -> list[Words]:
    return [Words(x, y - leading * number, text) for number, text in enumerate(texts)]


def test_columns_are_read_one_after_the_other() -> None:
    across = Words(
        60, 640, "The presidency will report on the progress made to the European Council in the month of June."
    )
    interleaved = [words for pair in zip(lines(LEFT, 60, 700), lines(RIGHT, 320, 700), strict=True) for words in pair]
    draft = clean(pdf([[Words(60, 740, "Small harbours: Council adopts measures", 16), *interleaved, across]]), "x.pdf")
    assert draft.title == "Small harbours: Council adopts measures"
    assert draft.text.split("\n\n") == [
        "The Council adopted today a set of measures on small harbours. It will help the member states to keep their "
        "quays open.",
        "Ministers also discussed the long-term budget of the Union for ports. No decision was taken on this point "
        "today.",
        "The presidency will report on the progress made to the European Council in the month of June.",
    ]


def test_words_divided_at_the_end_of_a_line_are_joined_and_compounds_keep_their_hyphen() -> None:
    draft = clean(pdf([[Words(60, 760, "A title", 18), *lines(LONG, 60, 720)]]), "x.pdf")
    assert draft.text == (
        "The Council adopted today a regulation that lets member states repair quays, cranes and lighthouses without "
        "asking for clearance first. It is part of the harbour pact, and no long-term commitment is needed for the "
        "first of its programmes, which the Commission-Council working party prepared."
    )


def test_headers_footers_and_page_numbers_go_and_a_paragraph_goes_on_over_the_page() -> None:
    pages = [
        [
            Words(60, 810, "Council of the European Union", 8),
            *([Words(60, 770, "Press release 214/19, 14 March 2019", 9), Words(60, 740, "Small harbours stay open", 18)]
              if number == 1 else []),
            *lines([f"Paragraph {number} says what the Council adopted on the harbours, and it is long enough to be",
                    "wrapped, as all paragraphs are. It ends here."], 60, 700),
            *lines([f"The last paragraph of page {number} goes on over the end of the page, because there was little"],
                   60, 640),
            *([Words(60, 660, "Next steps", 14)] if number == 2 else []),
            Words(60, 40, "General Secretariat, Rue de la Loi 175, Brussels", 8),
            Words(280, 25, f"Page {number} of 3", 8),
        ]
        for number in (1, 2, 3)
    ]  # fmt: skip
    pages[1].insert(1, Words(60, 780, "room for it on the page before."))
    draft = clean(pdf(pages), "x.pdf")
    assert (draft.title, draft.date, draft.reference) == (
        "Small harbours stay open", datetime.date(2019, 3, 14), "214/19"
    )  # fmt: skip
    parts = draft.text.split("\n\n")
    assert parts[0].startswith("Paragraph 1 says")
    assert parts[1].endswith("because there was little room for it on the page before.")
    assert "## Next steps" in parts
    for gone in ("General Secretariat", "of 3", "Council of the European Union"):
        assert gone not in draft.text


def test_pdf_made_by_a_real_program_loses_no_word(tmp_path: Path) -> None:
    from matplotlib import rc_context
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    texts = [
        f"Line {number}: “Ministers” adopted 40 € million for fjords – officially, in Žilina and Łódź."
        for number in range(20)
    ]
    with rc_context({"pdf.fonttype": 42}), PdfPages(tmp_path / "x.pdf") as pages:
        figure = Figure(figsize=(8.3, 11.7))
        for number, text in enumerate(texts):
            figure.text(0.1, 0.9 - 0.03 * number, text, fontsize=9)
        pages.savefig(figure)
    draft = clean((tmp_path / "x.pdf").read_bytes(), "x.pdf")
    assert f"{draft.title or ''} {draft.text}".split() == " ".join(texts).split()


def test_pdf_that_only_forbids_printing_is_read(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([[Words(60, 760, "A title", 18), *lines(LONG, 60, 720)]])))
    writer.encrypt("", owner_password="x" * 8, algorithm="AES-256")
    writer.write(tmp_path / "x.pdf")
    assert clean((tmp_path / "x.pdf").read_bytes(), "x.pdf").title == "A title"


@pytest.fixture
def document() -> Document:
    made = docx.Document()
    made.add_paragraph("Press release 214/19 – 14 March 2019")
    made.add_paragraph("Small harbours stay open", style="Title")
    made.add_paragraph("The Council adopted a set of ").add_run("measures").bold = True
    made.paragraphs[-1].add_run(" today. They draw on:")
    made.add_paragraph("a common fund,", style="List Bullet")
    made.add_paragraph("faster permits.", style="List Number")
    made.add_heading("Next steps", level=2)
    made.add_paragraph("The regulation enters into force\nin June.")
    table = made.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "2021", "12 million"
    made.sections[0].header.paragraphs[0].text = "Council of the European Union"
    return made


def saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_word_document_keeps_headings_lists_and_rows(document: Document) -> None:
    draft = clean(saved(document), "x.docx")
    assert (draft.title, draft.date, draft.reference) == (
        "Small harbours stay open", datetime.date(2019, 3, 14), "214/19"
    )  # fmt: skip
    assert draft.text == (
        "The Council adopted a set of measures today. They draw on:\n- a common fund,\n- faster permits.\n\n"
        "## Next steps\n\nThe regulation enters into force in June.\n\n2021 12 million"
    )


def test_word_document_reads_as_with_its_changes_accepted(document: Document) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    changed = document.add_paragraph("It costs ")
    for tag, run in (("del", "delText"), ("ins", "t")):
        xml = f'<w:{tag} {nsdecls("w")} w:id="1" w:author="a"><w:r><w:{run}>{tag} million</w:{run}></w:r></w:{tag}>'
        changed._p.append(parse_xml(xml))
    changed.add_run(" euros.")
    assert clean(saved(document), "x.docx").text.endswith("It costs ins million euros.")


def test_hidden_and_struck_out_text_and_soft_hyphens_of_a_word_document_are_not_read(document: Document) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    paragraph = document.add_paragraph("The har\u00adbours")
    runs = (
        ("vanish", " were to close"),
        ("strike", " may close"),
        ("dstrike", "."),
        ('vanish w:val="0"', " stay open."),
    )
    for mark, text in runs:
        hidden = f"<w:rPr><w:{mark}/></w:rPr><w:t xml:space='preserve'>{text}</w:t>"
        paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{hidden}</w:r>"))
    assert clean(saved(document), "x.docx").text.endswith("\n\nThe harbours stay open.")


def test_what_a_file_is_its_bytes_say_and_not_its_name(document: Document) -> None:
    assert clean(saved(document), "x.pdf").title == "Small harbours stay open"
    assert clean(pdf([[Words(60, 760, "A title", 18), *lines(LONG, 60, 720)]]), "x.docx").title == "A title"


def nested_table(depth: int, width: int) -> str:
    """Return a table in a table in a table, each with so many cells of text beside the next."""
    cells = "".join(f"<w:tc><w:p><w:r><w:t>cell {depth} {number}</w:t></w:r></w:p></w:tc>" for number in range(width))
    inner = nested_table(depth - 1, width) if depth else ""
    return (
        f"<w:tbl><w:tr>{cells}<w:tc><w:p/>{inner}<w:p><w:r><w:t>after {depth}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )


def appended(document: Document, xml: str) -> Document:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    namespaces = nsdecls("w") + ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    holder = parse_xml(f"<w:p {namespaces}>{xml}</w:p>")
    for element in list(holder):
        document.element.body.insert(len(document.element.body) - 1, element)
    return document


def test_words_of_a_table_in_a_table_come_once_and_in_order(document: Document) -> None:
    text = clean(saved(appended(document, nested_table(2, 2))), "x.docx").text
    assert text.partition("2021 12 million")[2].split("\n\n")[1:] == [
        "cell 2 0 cell 2 1",
        "cell 1 0 cell 1 1",
        "cell 0 0 cell 0 1 after 0",
        "after 1",
        "after 2",
    ]


def test_words_of_a_text_box_and_of_what_was_moved_come_once(document: Document) -> None:
    said = "<w:r><w:t>{}</w:t></w:r>"
    box = f"<w:txbxContent><w:p>{said.format('Boxed words.')}</w:p></w:txbxContent>"
    moved = said.format("Moved words.")
    xml = (
        f"<w:p>{said.format('Before')}<w:r><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>{said.format(' and after.')}</w:p>"
        f"<w:p><w:moveFrom w:id='1' w:author='a'>{moved}</w:moveFrom>{said.format('Here.')}</w:p>"
        f"<w:p><w:moveTo w:id='1' w:author='a'>{moved}</w:moveTo></w:p>"
    )
    text = clean(saved(appended(document, xml)), "x.docx").text
    assert text.split("\n\n")[-4:] == ["Before and after.", "Boxed words.", "Here.", "Moved words."]


def test_bomb_of_nested_tables_is_read_in_a_moment(document: Document) -> None:
    data = saved(appended(document, nested_table(75, 60) * 10))
    assert len(data) < 300_000
    began = time.perf_counter()
    with pytest.raises(SourceError, match="characters of text: a release has at most 200,000"):
        clean(data, "x.docx")
    assert time.perf_counter() - began < 15
