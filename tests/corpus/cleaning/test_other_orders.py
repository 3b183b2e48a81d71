"""Pages in all languages of the EU that put dateline, kind, title, contacts and links in other orders and shapes."""

import datetime

import pytest

from corpus.cleaning.clean import _read
from corpus.cleaning.quality import DoubtKind
from tests.corpus.cleaning.bodies import BODIES, Body

DAY = datetime.date(2025, 3, 14)
ADDRESS, AGENCY = "https://www.emsa.europa.eu/newsroom/x.html", "European Maritime Safety Agency"
DATELINES = {
    "bg": "14.03.2025 г., Лисабон",
    "cs": "Lisabon 14. března 2025",
    "da": "Lissabon, den 14. marts 2025",
    "ga": "Liospóin, 14 Márta 2025",
    "hr": "Lisabon, 14. ožujka 2025.",
    "lt": "Lisabona, 2025 m. kovo 14 d.",
    "mt": "Liżbona, 14 ta’ Marzu 2025",
    "sk": "Lisabon, 14. marca 2025",
    "sl": "Lizbona, 14. marca 2025",
    "de": "Lissabon, Freitag, den 14.03.2025, 10 Uhr",
    "el": "Λισαβόνα, 14η Μαρτίου 2025",
    "en": "EMBARGO until 14 March 2025, 12:00 CET",
    "es": "Lisboa (Portugal), 14 de marzo de 2025",
    "et": "Lissabon, 14.03.2025 kell 10.00",
    "fi": "Perjantai 14.3.2025 klo 10.00",
    "fr": "Lisbonne, le vendredi 14 mars 2025, 10 heures",
    "hu": "Lisszabon, 2025. márc. 14.",
    "it": "Lisbona, 14 mar. 2025 | Comunicato",
    "lv": "Lisabona, 2025. gada 14. martā",
    "nl": "vrijdag 14 maart 2025 - 10:00 uur",
    "pl": "Lizbona, 14.III.2025 r.",
    "pt": "Lisboa, sexta-feira, 14 de Março de 2025",
    "ro": "Lisabona, vineri, 14 martie 2025, ora 10.00",
    "sv": "Lissabon den 14 mars 2025",
}
BELOW = {
    "cs": "<p>Naposledy aktualizováno: 20. března 2025</p><p>Kontakt pro média: Ada Příkladová, tel. +420 123 456</p>",
    "da": "<p>Pressekontakt: Ada Eksempel, tlf. +45 12 34 56 78</p><p>Sidst opdateret: 20. marts 2025</p>",
    "ga": "<p>Nuashonraithe: 20 Márta 2025</p><p>Teagmháil leis na meáin: Ada Sampla, teil. +353 1 234 5678</p>",
    "hr": "<p>Zadnje ažuriranje: 20. ožujka 2025.</p><p>Kontakt za medije: Ada Primjer, tel. +385 1 234 5678</p>",
    "lt": "<p>Paskutinį kartą atnaujinta: 2025 m. kovo 20 d.</p><p>Kontaktai žiniasklaidai: tel. +370 5 123 4567</p>",
    "mt": "<p>L-aħħar aġġornament: 20 ta’ Marzu 2025</p><p>Kuntatt għall-midja: Ada Eżempju, tel. +356 2123 4567</p>",
    "sk": "<p>Posledná aktualizácia: 20. marca 2025</p><p>Kontakt pre médiá: Ada Príkladová, tel. +421 2 1234</p>",
    "sl": "<p>Zadnja posodobitev: 20. marca 2025</p><p>Kontakt za medije: Ada Primer, tel. +386 1 234 56 78</p>",
    "bg": "<p>За повече информация: Ада Пример, тел. +359 2 123 4567</p>",
    "de": "<p><b>Ansprechpartner für Journalisten</b><br>Ada Beispiel, Tel. +49 30 1234567</p>",
    "el": "<p>Για περισσότερες πληροφορίες επικοινωνήστε με: Άντα Παράδειγμα, τηλ. +30 21 0123 4567</p>",
    "en": "<h2>Notes to the Editor</h2><ul><li>The Agency was founded in 2002.</li></ul><h2>Media contact</h2>Ada",
    "es": "<h4>Más información</h4><p>Persona de contacto: Ada Ejemplo (+34 91 123 45 67)</p>",
    "et": "<p>Lisainfo: Ada Näidis, tel +372 612 3456</p>",
    "fi": "<p>Lisätietoja: Ada Esimerkki, puh. +358 9 123 4567</p>",
    "fr": "<h2>Service de presse</h2><p>Ada Exemple<br>Tél. : +33 1 23 45 67 89<br>presse@agence.example.eu</p>",
    "hu": "<p>További információ: Ada Példa, sajtófőnök, +36 1 234 5678</p>",
    "it": "<h3>Note per i redattori</h3><p>L’Agenzia è stata istituita nel 2002 e vi lavorano circa 250 persone.</p>",
    "lv": "<p>Kontaktinformācija medijiem:</p><p>Ada Paraugs, tālr. +371 67 123456</p>",
    "nl": "<p>Voor meer informatie kunt u contact opnemen met Ada Voorbeeld, tel. +31 70 123 45 67.</p>",
    "pl": "<h3>Kontakt dla mediów</h3><p>Ada Przykład, rzecznik prasowy</p><p>tel. +48 22 123 45 67</p>",
    "pt": "<p>Contactos para a imprensa: Ada Exemplo, tel. +351 21 123 4567</p>",
    "ro": "<p>Pentru informații suplimentare: presa@agentia.example.eu</p>",
    "sv": "<h3>Kontakt</h3><p>Ada Exempel</p><p>08-123 45 67</p>",
}
BUTTONS = {
    "bg": "Печат | Споделяне", "de": "Drucken", "el": "Εκτύπωση", "en": "Print", "es": "Imprimir | Compartir",
    "et": "Prindi", "fi": "Tulosta | Jaa", "fr": "Imprimer", "hu": "Nyomtatás", "it": "Stampa", "lv": "Drukāt",
    "cs": "Vytisknout", "da": "Udskriv | Del", "ga": "Roinn", "hr": "Ispis", "lt": "Spausdinti", "mt": "Aqsam",
    "sk": "Vytlačiť", "sl": "Natisni | Deli", "nl": "Afdrukken | Delen",
    "pl": "Drukuj", "pt": "Imprimir", "ro": "Imprimă", "sv": "Skriv ut",
}  # fmt: skip
LINKS = "".join(f"<p><a href=/{number}>{BODIES['en'].title}, number {number} of them</a></p>" for number in range(9))


def read(data: bytes, url: str = ADDRESS) -> tuple[object, ...]:
    draft = _read(data, "x.html", url, False).draft
    assert draft.claims == {}
    return draft.title, draft.date, draft.issuer, draft.language, [line for line in draft.text.split("\n") if line]


def wanted(body: Body, lines: list[str] | None = None) -> tuple[object, ...]:
    return body.title, DAY, AGENCY, body.language, lines or [*body.lines]


@pytest.mark.parametrize("body", BODIES.values(), ids=lambda body: body.language)
def test_dateline_and_what_is_below_leave_the_text_of_each_language(body: Body) -> None:
    line, below = DATELINES[body.language], BELOW[body.language]
    data = body.page(f"<p>{line}</p><p>{BUTTONS[body.language]}</p>", below)
    assert read(data) == wanted(body)
    first, *rest = body.lines
    lead = f"<p><em><b>{first}</b></em></p>" + "".join(f"<p>{line}</p>" for line in rest)
    above = f"<div>{below}</div><div><span>{line}</span></div>" if body.language in ("de", "fi") else f"<p>{line}</p>"
    assert read(body.page(main=f"{above}<h1>{body.title}</h1>{lead}")) == wanted(body)


EN, DE, IT, PL = (BODIES[language] for language in ("en", "de", "it", "pl"))
H1 = f"<h1>{EN.title}</h1>"
SHAPES = {
    "labels and values in rows of a table": IT.page(
        "<table><tr><td>Comunicato stampa</td><td>14/03/2025</td></tr><tr><td>Luogo</td><td>Lisbona</td></tr></table>"
    ),
    "question about the page": EN.page(
        "<p>14 March 2025</p>",
        "<div class=feedback-form><p>Was this page useful? Tell us what you think.</p></div>",
    ),
    "links to other pages below, under a heading": PL.page(
        "<p>14.03.2025</p>", f"<div><h2>Najnowsze wiadomości</h2>{LINKS}</div>"
    ),
    "picture as first heading": DE.page(
        main=f"<h1><a href=/><img src=l.png></a></h1><h2>{DE.title}</h2><p>14. März 2025</p>{DE.paragraphs}"
    ),
    "elements of the site's own": EN.page(
        main=f"<x-title>{H1}</x-title><x-date>14 March 2025</x-date><x-body>{EN.paragraphs}</x-body>"
    ),
    "language of the site in the head": DE.page("<p>14. März 2025</p>").replace(b"lang=de", b"lang=en"),
    "no heading at all": EN.page(
        main=f"<div>{EN.title}</div><div>Lisbon | 14 March 2025 | Press release 7/2025</div>{EN.paragraphs}",
        head=f'<meta property="og:title" content="{EN.title}">',
    ),
    "tabs": EN.page(
        main=f"<div role=tablist><a role=tab href=#a>Text</a></div>{H1}<p>14 March 2025</p>"
        f"<div role=tabpanel id=a>{EN.paragraphs}</div>"
    ),
    "days of an event and of a change": EN.page(
        "<p>Published: 14 March 2025. Updated: 20 March 2025</p>",
        "<aside><time datetime=2026-01-01>1 January 2026</time></aside>",
    ),
    "credit of a picture": EN.page(
        "<p>14 March 2025</p><figure><img src=a.jpg><figcaption>A ship. © European Union, 2024</figcaption></figure>"
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_page_of_another_shape_gives_its_three_paragraphs(shape: str) -> None:
    body = IT if "rows" in shape else PL if "links" in shape else DE if b"Strom" in SHAPES[shape] else EN
    assert read(SHAPES[shape]) == wanted(body)


ABOVE = [
    ("fr", "<p>Publié le 14/03/2025 par l’unité Communication</p>"),
    ("it", "<p>Comunicato n. 12 del 14 marzo 2025</p>"),
    ("de", "<p>Pressemitteilung Nr. 12 vom 14. März 2025</p>"),
    ("pl", "<p>Wspólne oświadczenie</p><p>Warszawa, dnia 14 marca 2025 roku</p>"),
    ("es", "<p>Preguntas y respuestas</p><p>Lisboa y Madrid, 14 de marzo de 2025</p>"),
    ("en", "<p><i class=material-icons>calendar_today</i> 14 March 2025</p>"),
    ("nl", "<p>Gepubliceerd: 14 maart 2025 · Leestijd: 3 minuten</p>"),
    ("pt", "<p>Sob embargo até 14 de março de 2025, 12h00</p>"),
    ("ro", "<p>Sub embargo până la 14 martie 2025, ora 12:00</p>"),
    ("sl", "<p>Embargo do 14. marca 2025</p>"),
    ("el", "<p>Υπό εμπάργκο έως τις 14 Μαρτίου 2025</p>"),
    ("nl", "<p>Onder embargo tot 14 maart 2025, 10.00 uur</p>"),
    ("sv", "<dl><dt>Datum</dt><dd>14 mars 2025</dd><dt>Typ</dt><dd>Pressmeddelande</dd></dl>"),
]


@pytest.mark.parametrize(("language", "above"), ABOVE)
def test_lines_above_a_text_date_it_and_leave_it(language: str, above: str) -> None:
    body = BODIES[language]
    assert read(body.page(above, "<p>***</p><p>– Ende –</p>" if language == "de" else "")) == wanted(body)


@pytest.mark.parametrize(
    ("language", "opening", "day"),
    [
        ("fi", "LISSABON 14.3.2025. ", DAY),
        ("hu", "Lisszabon, 2025. március 14. – ", DAY),
        ("lv", "Lisabona, 2025. gada 14. marts – ", DAY),
        ("en", "Since the rules of 14 March 2025. ", None),
    ],
)
def test_opening_of_a_paragraph_dates_the_release_where_it_is_a_dateline(
    language: str, opening: str, day: datetime.date | None
) -> None:
    body = BODIES[language]
    first, *rest = body.lines
    paragraphs = "".join(f"<p>{line}</p>" for line in (opening + first, *rest))
    title, _, *others = wanted(body, [opening + first, *rest])
    assert read(body.page(main=f"<h1>{body.title}</h1>{paragraphs}")) == (title, day, *others)


def test_dateline_in_brackets_dates_the_release_and_stays_in_its_sentence() -> None:
    opened = f"(Lissabon, 14. März 2025) {DE.lines[0]}"
    data = DE.page(main=f"<h1>{DE.title}</h1><p>{opened}</p><p>{DE.lines[1]}</p>")
    assert read(data) == wanted(DE, [opened, DE.lines[1]])


def test_links_that_a_line_announces_stay() -> None:
    items = "<ul><li><a href=/a>Rules on shore power</a></li><li><a href=/b>Rules on fuels</a></li></ul>"
    data = EN.page("<p>14 March 2025</p>", f"<p>These are the rules that were adopted:</p>{items}")
    kept = [*EN.lines, "These are the rules that were adopted:", "- Rules on shore power", "- Rules on fuels"]
    assert read(data) == wanted(EN, kept)


def test_number_with_its_label_below_the_text_is_gone() -> None:
    url = "https://www.europarl.europa.eu/news/en/press-room/20250314IPR27001/x"
    data = EN.page("<p>14-03-2025 - 12:31</p>", "<p>REF.: 20250314IPR27001</p>")
    assert read(data, url) == (EN.title, DAY, "European Parliament", "en", [*EN.lines])


LISTED = "<p>The port gets new quays, which cost {number}0 million euros and are paid by the fund for ports.</p>"


@pytest.mark.parametrize("item", [
    "<a class=card href=/{number}><h3>Port {number} gets quays</h3>" + LISTED + "</a>",
    "<div><a href=/{number}><h4>Port {number} gets quays</h4></a>" + LISTED + "</div>",
    "<dl><dt>{number} March 2025</dt><dd><a href=/{number}>A plan for the port with number {number}</a>"
    + LISTED + "</dd></dl>",
])  # fmt: skip
def test_cards_and_definitions_are_a_list_of_pages(item: str) -> None:
    shown = "".join(item.format(number=number) for number in range(1, 7))
    doubts = _read(EN.page(main=f"<h1>Newsroom</h1>{shown}"), "x.html", ADDRESS, False).page_doubts
    assert [doubt.kind for doubt in doubts] == [DoubtKind.LIST_OF_PAGES]


@pytest.mark.parametrize("body", BODIES.values(), ids=lambda body: body.language)
def test_release_with_teasers_below_is_no_list_of_pages(body: Body) -> None:
    links = LINKS.replace("<p>", "<li>").replace("</p>", "</li>")
    reading = _read(
        body.page("<p>14.03.2025</p>", f"<div><h2>News</h2><ul>{links}</ul></div>"), "x.html", ADDRESS, False
    )
    assert reading.page_doubts == ()
    assert reading.draft.text.split("\n\n") == [*body.lines]
