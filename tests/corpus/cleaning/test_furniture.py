"""What sites and offices put around a release leaves its text, in every language; what only looks like it stays."""

import datetime
from collections.abc import Sequence

import pytest

from corpus.cleaning.boilerplate import is_contact, is_end, is_tail
from corpus.cleaning.lines import lay_out
from corpus.cleaning.quality import DoubtKind
from corpus.cleaning.wording import LANGUAGES, further_months, phrases
from corpus.models import Draft
from tests.corpus.cleaning.reading import clean, doubts_about
from tests.pdfs import Words, pdf

BODY = [
    "The agency today published what it found in the ports of the Union, and what it wants to be done about them soon.",
    "It looked at forty ports in twelve Member States, and found that nine of them had spent the money as they should.",
    "Whoever runs a port has two years from 1 March 2019 on to comply, and three years where a grid is not built yet.",
]
PROSE = "".join(f"<p>{line}</p>" for line in BODY)
DAY = datetime.date(2018, 12, 6)
# How releases of the Commission, the Council and the agencies name what comes below the text.
BELOW = {
    "bg": ("Лица за контакти с медиите:", "За повече информация", "Бележки за редакторите"),
    "cs": ("Kontaktní osoby pro tisk:", "Další informace", "Poznámky pro redaktory"),
    "da": ("Kontaktpersoner for pressen:", "Yderligere oplysninger", "Noter til redaktører"),
    "de": ("Kontakt für die Medien:", "Weitere Informationen", "Hinweise für die Redaktion"),
    "el": ("Αρμόδιοι επικοινωνίας για τον Τύπο:", "Για περισσότερες πληροφορίες", "Σημειώσεις για τους συντάκτες"),
    "en": ("Press contacts:", "For more information", "Notes to editors"),
    "es": ("Personas de contacto para la prensa:", "Más información", "Notas para los editores"),
    "et": ("Kontaktandmed ajakirjanikele:", "Lisateave", "Märkused toimetajatele"),
    "fi": ("Yhteydenotot lehdistölle:", "Lisätietoja", "Huomautuksia toimittajille"),
    "fr": ("Personnes de contact pour la presse:", "Pour en savoir plus", "Notes aux rédacteurs"),
    "ga": ("Teagmhálaithe don phreas:", "Tuilleadh eolais", "Nótaí d’eagarthóirí"),
    "hr": ("Osobe za kontakt s medijima:", "Više informacija", "Napomene za urednike"),
    "hu": ("Sajtófelelősök:", "További információk", "Megjegyzések a szerkesztőknek"),
    "it": ("Contatti per la stampa:", "Per ulteriori informazioni", "Note per i redattori"),
    "lt": ("Asmenys ryšiams su žiniasklaida:", "Daugiau informacijos", "Pastabos redaktoriams"),
    "lv": ("Kontaktpersonas presei:", "Plašāka informācija", "Piezīmes redaktoriem"),
    "mt": ("Kuntatti għall-istampa:", "Għal aktar informazzjoni", "Noti għall-edituri"),
    "nl": ("Contactpersonen voor de pers:", "Meer informatie", "Noot voor de redactie"),
    "pl": ("Kontakty dla prasy:", "Więcej informacji", "Uwagi dla redaktorów"),
    "pt": ("Contactos para a imprensa:", "Para mais informações", "Notas para os editores"),
    "ro": ("Persoane de contact pentru presă:", "Mai multe informații", "Note pentru editori"),
    "sk": ("Kontaktné osoby pre tlač:", "Ďalšie informácie", "Poznámky pre redaktorov"),
    "sl": ("Osebe za stike z mediji:", "Več informacij", "Opombe za urednike"),
    "sv": ("Presskontakter:", "Mer information", "Anmärkning till redaktörer"),
}


def page(between: str = "", below: str = "", *, head: str = "", body: str = PROSE, language: str = "en") -> bytes:
    top = f"<html lang={language}><head><title>A look at ports | A site</title>{head}</head><body><main>"
    return f"<!doctype html>{top}<h1>A look at ports</h1>{between}{body}{below}</main></body></html>".encode()


def lines(draft: Draft) -> list[str]:
    return [line for line in draft.text.split("\n") if line]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", ["## {}", "{}"])
def test_what_comes_below_a_text_is_known_in_every_language(language: str, shape: str) -> None:
    contacts, more, notes = BELOW[language]
    people = ["Ada EXAMPLE (+ 32 2 299 00 00)", "- Bob Example, bob@press.example.europa.eu"]
    note = (
        "This note of more than a hundred characters says what the agency is, and since when, and what it may not do."
    )
    for below in ([contacts, *people], [more, "Factsheet"], [notes, note], [contacts.upper(), *people]):
        laid_out = lay_out([*BODY, shape.format(below[0]), *below[1:]], title="A title", language=language)
        assert laid_out.text.split("\n\n") == BODY, below


def test_tables_have_every_language() -> None:
    assert set(BELOW) == set(LANGUAGES)
    for contacts, more, notes in BELOW.values():
        assert is_end(contacts)
        assert is_end(notes)
        assert is_tail(more)
        assert not is_end(more)
    assert further_months("lv")["decembrī"] == 12
    assert not phrases("kinds") & phrases("contacts")


@pytest.mark.parametrize("below", [
    ["IP/18/9635"], ["## Whom to ask", "Ada Example, +32 2 555 01 00"], ["Ada Example ✆ (+352) 4303 0000"],
    ["General public inquiries: Europe Direct by phone 00 800 67 89 10 11"], ["Media: press@agency.example.europa.eu"],
    ["For media queries, please ask Ada Example, tel.: +49 69 1344 0000."], ["ENDS"],
    ["Medienanfragen sind an Frau Ada Beispiel zu richten (Tel.: +49 69 1344 0000)."],
    ["IP/18/9635", "Ada Example (tel. +32 2 299 00 00)", "Anyone: 00 800 67 89 10 11"],
])  # fmt: skip
def test_contacts_without_a_known_heading_are_gone(below: Sequence[str]) -> None:
    assert lay_out([*BODY, *below], title="A title", language="en").text.split("\n\n") == BODY


@pytest.mark.parametrize("last", [
    "Whoever sees smugglers may call +32 2 555 01 00 at any time of the day, in any language of the Union.",
    "Complaints reach the agency at complaints@agency.example.europa.eu.", "Ports comply by 2028.",
    "The line is open from 8:00 to 20:00 and cost 00 800 67 89 10 11 calls.",
])  # fmt: skip
def test_sentence_with_a_telephone_number_stays(last: str) -> None:
    assert lay_out([*BODY, last], title="A title", language="en").text.split("\n\n") == [*BODY, last]


@pytest.mark.parametrize("heading", ["## Data", "## Post", "## Plats", "## Kraj"])
def test_label_of_another_language_is_a_heading(heading: str) -> None:
    for text in ([BODY[0], heading, *BODY[1:]], [heading, *BODY], [*BODY, heading, "- Ports: forty"]):
        assert lay_out(text, title="A title", language="en").text.split("\n\n") == text


def test_amounts_and_years_are_no_telephone_numbers() -> None:
    for line in ("€240 000 000 in 2027", "from 2015 to 2020, 1,234,567 people", "COM(2018) 123 final"):
        assert not is_contact(line)


@pytest.mark.parametrize(("between", "day", "claim"), [
    ("<p>Published: 6 December 2018</p><p>Last updated: 9 January 2020</p>", DAY, None),
    ("<ul><li>Press release</li><li>6 December 2018</li><li>Brussels</li><li>3 min read</li></ul>", DAY, None),
    ("<p>7 December 2018</p><p>Brussels, 6 December 2018</p>", datetime.date(2018, 12, 7),
     "2018-12-06 stands beside it"),
    ("<p>Photo: Ada Example, 7 December 2019</p><p>6 December 2018</p>", DAY, None),
    ("<p>© European Union, 7 December 2019</p><p>6 December 2018</p>", DAY, None),
    ("<p><time datetime='2031-01-01'>6 December 2018</time></p>", DAY, None),
    ("<h2>Details</h2><dl><dt>Publication date</dt><dd>6 December 2018</dd><dt>Author</dt><dd>A unit</dd></dl>", DAY,
     None),
])  # fmt: skip
def test_date_beside_the_title(between: str, day: datetime.date, claim: str | None) -> None:
    draft = clean(page(between, head='<meta property="article:published_time" content="2025-01-01">'), "x.html")
    assert (draft.date, draft.claims.get("date")) == (day, claim)
    assert [line for line in lines(draft) if not line.startswith("Photo")] == BODY


@pytest.mark.parametrize(("url", "between", "field", "claim"), [
    ("https://www.consilium.europa.eu/en/press/2018/12/06/x/", "<p>6 December 2018</p>", "date", None),
    ("https://www.consilium.europa.eu/en/press/2018/12/06/x/", "<p>9 December 2018</p>", "date in address",
     "its address says 2018-12-06"),
    ("https://home-affairs.ec.europa.eu/news/x-2018-12-09_en", "<p>6 December 2018</p>", "date in address",
     "its address says 2018-12-09"),
    ("https://ec.europa.eu/commission/presscorner/detail/en/ip_16_12", "<p>6 December 2018</p>", "date",
     "its reference number is of 2016"),
    ("https://ec.europa.eu/commission/presscorner/detail/en/ip_18_12", "<p>3 January 2019</p>", "date", None),
])  # fmt: skip
def test_dates_that_a_reader_sees_and_that_disagree_are_claimed(
    url: str, between: str, field: str, claim: str | None
) -> None:
    assert clean(page(between), "x.html", url).claims.get(field) == claim


def test_day_on_which_a_page_was_served_is_no_date() -> None:
    assert clean(page(head='<meta name="available" content="06-12-2025">'), "x.html").date is None


def test_lines_with_only_a_date_stay_in_a_chronicle() -> None:
    chronicle = "<h2>Timeline</h2><p>1 March 2019</p><p>Ports report.</p><p>1 March 2020</p><p>They comply.</p>"
    draft = clean(page("<p>6 December 2018</p>", chronicle + f"<p>{BODY[0][:-1]} again.</p>"), "x.html")
    assert lines(draft)[3:8] == ["## Timeline", "1 March 2019", "Ports report.", "1 March 2020", "They comply."]
    assert draft.date == DAY


def test_agenda_at_the_head_of_a_text_stays() -> None:
    agenda = "<ul><li>Fisheries Council, 18 December 2018</li><li>Transport Council, 19 December 2018</li></ul>"
    draft = clean(page("<p>6 December 2018</p>" + agenda), "x.html")
    assert lines(draft)[0] == "- Fisheries Council, 18 December 2018"
    assert (draft.date, draft.claims) == (DAY, {})


def test_heading_below_the_name_of_the_site_is_the_title() -> None:
    html = (
        "<html lang=en><head><title>A look at ports - European Commission</title></head><body><h1>European Commission"
    )
    draft = clean(f"{html}</h1><h2>A look at ports</h2><p>6 December 2018</p>{PROSE}</body></html>".encode(), "x.html")
    assert (draft.title, lines(draft)) == ("A look at ports", BODY)


def test_page_that_states_the_language_of_its_site_has_that_of_its_text() -> None:
    german = (
        "<p>Brüssel, 6. Dezember 2018</p><p>Die Kommission hat heute Regeln vorgeschlagen, mit denen Fährbetreiber "
        "alte Motoren mit Hilfe des Innovationsfonds ersetzen können, in dem 240 Millionen Euro dafür bereitstehen.</p>"
        "<p>Die Häfen haben dafür zwei Jahre Zeit, und die Mitgliedstaaten berichten der Kommission jedes Jahr.</p>"
    )
    draft = clean(page(body=german), "x.html")
    assert (draft.language, draft.date, draft.found_in["language"]) == ("de", DAY, "detected")
    assert len(lines(draft)) == 2


def test_listing_of_five_teasers_is_a_list_and_a_release_beside_teasers_is_none() -> None:
    teasers = "".join(
        f"<article><h3><a href='/n/{number}'>Commission does something about ports, {number}</a></h3><p>The teaser of "
        f"item {number} says in one sentence what was done, and by whom.</p></article>"
        for number in range(5)
    )
    for html, kinds in (
        (page(body=teasers), {DoubtKind.LIST_OF_PAGES}),
        (page(below=f"<aside>{teasers}</aside>"), set()),
    ):
        doubts = doubts_about(html)
        assert {doubt.kind for doubt in doubts} == kinds


ADDRESS = "https://www.consilium.europa.eu/en/press/press-releases/2018/12/06/ports/"
WRAPPED = ["The Council adopted today a regulation that lets member states repair quays, cranes and",
           "lighthouses without asking for clearance first. It is part of the harbour pact of last year."]  # fmt: skip


def printed(number: int, count: int, *, firefox: bool = False) -> list[Words]:
    """Return the lines that a browser prints on a sheet."""
    if firefox:
        return [Words(30, 822, "A look at ports - Consilium", 8), Words(330, 822, ADDRESS, 8),
                Words(30, 12, f"{number} of {count}", 8), Words(470, 12, "26/11/2026, 10:15", 8)]  # fmt: skip
    return [Words(30, 822, "11/26/26, 10:15 AM", 8), Words(250, 822, "A look at ports - Consilium", 8),
            Words(30, 12, ADDRESS, 8), Words(550, 12, f"{number}/{count}", 8)]  # fmt: skip


@pytest.mark.parametrize("firefox", [False, True])
@pytest.mark.parametrize("count", [1, 3])
def test_page_printed_by_a_browser_is_read_as_the_page_itself(count: int, firefox: bool) -> None:
    sheets = [
        [
            *([Words(60, 780, "Council of the EU | Press release | 6 December 2018 | 733/18", 9),
               Words(60, 740, "A look at ports", 18)] if number == 1 else []),
            *(Words(60, 700 - 14 * place, f"{line} So says {number}." if place else f"On sheet {number}: {line}")
              for place, line in enumerate(WRAPPED)),
            *printed(number, count, firefox=firefox),
        ]
        for number in range(1, count + 1)
    ]  # fmt: skip
    draft = clean(pdf(sheets), "x.pdf", handed_over=True)
    assert (draft.title, draft.date, draft.issuer, draft.reference, draft.url, draft.origin) == (
        "A look at ports", DAY, "Council of the European Union", "733/18", ADDRESS, "saved"
    )  # fmt: skip
    assert lines(draft) == [
        f"On sheet {number}: {' '.join(WRAPPED)} So says {number}." for number in range(1, count + 1)
    ]
    assert clean(pdf(sheets), "x.pdf").url is None  # Whoever runs a server could have written it.


def test_letterhead_at_the_foot_of_a_page_does_not_divide_a_paragraph() -> None:
    foot = [Words(60, 60, "Press office - General Secretariat", 7),
            Words(60, 50, "Rue X 175, Tel.: +32 (0)2 281 63 19", 7),
            Words(60, 40, "press.office@consilium.example - www.consilium.example/press", 7)]  # fmt: skip
    first = [Words(60, 780, "PRESS RELEASE", 9), Words(60, 768, "733/18", 9), Words(60, 756, "06/12/2018", 9),
             Words(60, 730, "A look at ports", 16), Words(60, 700, WRAPPED[0]), *foot,
             Words(60, 20, "733/18", 8), Words(500, 20, "1", 8), Words(500, 10, "EN", 8)]  # fmt: skip
    second = [Words(60, 780, WRAPPED[1]), Words(60, 20, "733/18", 8), Words(500, 20, "2", 8), Words(500, 10, "EN", 8)]
    draft = clean(pdf([first, second]), "x.pdf")
    assert (draft.date, draft.reference) == (DAY, "733/18")
    assert lines(draft) == [" ".join(WRAPPED)]
