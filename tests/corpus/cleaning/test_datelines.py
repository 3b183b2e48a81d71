"""Lines with the place and date of a release are known by their shape: in any language, of any place, in any markup."""

import datetime

import pytest
from babel.dates import format_date
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.cleaning.clean import _read
from corpus.cleaning.datelines import is_about, is_byline, opening_date
from corpus.cleaning.dates import find_date, first_date
from corpus.cleaning.lines import lay_out
from corpus.cleaning.wording import LANGUAGES

PLACES = [
    "Brussels", "Bruxelles", "Brüssel", "Βρυξέλλες", "Брюксел", "An Bhruiséil", "Briselē", "Frankfurt am Main", "Parma",
    "Den Haag", "The Hague", "'s-Hertogenbosch", "Valletta (Malta)", "Brussels/Strasbourg", "Luxembourg", "Łódź", "Åbo",
    "Castellón de la Plana", "Vila Nova de Gaia", "Székesfehérvár", "Dún Laoghaire", "Λευκωσία", "София", "New York",
    "Château-Thierry", "Sankt Pölten", "Villingen-Schwenningen", "L’Aquila", "Ponta Delgada", "GENEVA", "Tallinn",
]  # fmt: skip
# In Latin, which is no language of the EU, so that the page's own statement of its language stands.
BODY = [
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et magna.",
    "Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat est.",
    "Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur anno 2019.",
]
SHAPES = [
    "<p>{}</p>", "<p><strong>{}</strong></p>", "<p><b>{}</b></p>", "<p><em>{}</em></p>", "<h2>{}</h2>", "<h3>{}</h3>",
    "<h4>{}</h4>", "<h5>{}</h5>", "<h6>{}</h6>", "<div>{}</div>", "<div><span>{}</span></div>", "<ul><li>{}</li></ul>",
    "<table><tr><td>{}</td></tr></table>", "<blockquote><p>{}</p></blockquote>", "<address>{}</address>",
    "<section><div class='date'>{}</div></section>", "<p><time>{}</time></p>", "<p>\n  {}&nbsp;\n</p>", "<pre>{}</pre>",
    "<dl><dd>{}</dd></dl>", "<center><font size='2'>{}</font></center>", "<p><i><u>{}</u></i></p>", "<p>{}</p><hr>",
]  # fmt: skip
GLUED = ["<p>{}<br>", "<p>{}<br/><br/>", "<div>{}<br>", "<p><b>{}</b><br>", "<p>Press release<br>{}<br>"]
days = st.dates(datetime.date(1958, 1, 1), datetime.date(2099, 12, 31))
languages = st.sampled_from(LANGUAGES)


def written(day: datetime.date, language: str, form: str) -> str:
    return {
        "long": lambda: format_date(day, "long", locale=language),
        "full": lambda: format_date(day, "full", locale=language),
        "capitals": lambda: format_date(day, "long", locale=language).upper(),
        "figures": lambda: f"{day.day:02}/{day.month:02}/{day.year}",
        "dots": lambda: f"{day.day}.{day.month}.{day.year}",
        "iso": day.isoformat,
    }[form]()


forms = st.sampled_from(["long", "full", "capitals", "figures", "dots", "iso"])


@settings(max_examples=300, deadline=None)
@given(languages, days, forms, st.sampled_from(PLACES), st.sampled_from([", ", " ", " – ", " | "]))
def test_place_and_date_are_a_line_about_the_release(
    language: str, day: datetime.date, form: str, place: str, between: str
) -> None:
    line = f"{place}{between}{written(day, language, form)}"
    assert is_about(line, language), line
    assert first_date(line, language) == day


@settings(max_examples=60, deadline=None)
@given(languages, days, forms, st.sampled_from(PLACES), st.sampled_from(SHAPES))
def test_dateline_in_any_markup_dates_the_release_and_leaves_its_text(
    language: str, day: datetime.date, form: str, place: str, shape: str
) -> None:
    dateline = shape.format(f"{place}, {written(day, language, form)}")
    paragraphs = "".join(f"<p>{line}</p>" for line in BODY)
    page = f"<!doctype html><html lang={language}><head><title>A look at ports</title></head><body><main>"
    page += f"<h1>A look at ports</h1>{dateline}{paragraphs}</main></body></html>"
    draft = _read(page.encode(), "x.html", None, False).draft
    assert (draft.title, draft.date) == ("A look at ports", day)
    assert draft.text.split("\n\n") == BODY
    assert "date" not in draft.claims


@settings(max_examples=30, deadline=None)
@given(languages, days, forms, st.sampled_from(PLACES), st.sampled_from(GLUED))
def test_dateline_above_a_line_break_leaves_the_paragraph(
    language: str, day: datetime.date, form: str, place: str, shape: str
) -> None:
    opened = shape.format(f"{place}, {written(day, language, form)}")
    rest = "".join(f"<p>{line}</p>" for line in BODY[1:])
    page = f"<html lang={language}><body><h1>A look at ports</h1>{opened}{BODY[0]}</p></div>{rest}</body></html>"
    draft = _read(page.encode(), "x.html", None, False).draft
    assert draft.date == day
    assert draft.text.split("\n\n") == BODY


@settings(max_examples=100, deadline=None)
@given(languages, days, st.sampled_from(["long", "figures", "iso"]), st.sampled_from(PLACES), st.sampled_from("-–—:"))
def test_dateline_that_begins_a_paragraph_dates_the_release_and_stays(
    language: str, day: datetime.date, form: str, place: str, dash: str
) -> None:
    line = f"{place}, {written(day, language, form).rstrip('.')} {dash} {BODY[0]}"
    laid_out = lay_out(["# A look at ports", line, *BODY[1:]], title="A look at ports", language=language)
    assert laid_out.dates == (day,)
    assert laid_out.text.split("\n\n") == [line, *BODY[1:]]


@given(days, st.sampled_from("./-"), languages)
def test_date_in_figures_has_the_day_first(day: datetime.date, mark: str, language: str) -> None:
    assert first_date(f"{day.day}{mark}{day.month}{mark}{day.year}", language) == day


@given(days, st.sampled_from("./-"), languages)
def test_weekday_tells_which_figure_is_the_month(day: datetime.date, mark: str, language: str) -> None:
    swapped = f"{day.month:02}{mark}{day.day:02}{mark}{day.year}"
    for weekday in (format_date(day, "EEEE", locale=language), format_date(day, "EEE", locale="en")):
        other = None if day.day > 12 else datetime.date(day.year, day.day, day.month)
        both_fit = other is not None and other.weekday() == day.weekday()
        assert first_date(f"{weekday}, {swapped} - 10:15", language) == (other if both_fit else day)


@given(st.integers(13, 31), st.integers(1, 12), st.integers(1990, 2060))
def test_number_above_twelve_is_the_day(day: int, month: int, year: int) -> None:
    try:
        wanted = datetime.date(year, month, day)
    except ValueError:
        wanted = None
    assert first_date(f"{month}/{day}/{year}") == first_date(f"{day}/{month}/{year}") == wanted


@given(st.text(max_size=200), languages)
def test_date_found_is_where_it_is_written(line: str, language: str) -> None:
    date_read = find_date(line, language)
    assert date_read is None or first_date(line[date_read.start : date_read.end], language) == date_read.day


@pytest.mark.parametrize(("language", "line"), [
    ("en", "Press release - 06 December 2018 - X"), ("en", "Press release - 06 December 2018 - Plenary session"),
    ("en", "Statement | 6 December 2018 | Brussels | 3 min read"), ("en", "| 3 min read"), ("en", "6-7 December 2018"),
    ("de", "Lesedauer: 3 Min."), ("fr", "Temps de lecture : 3 minutes"), ("pl", "Czas czytania: 3 min"),
    ("hu", "Olvasási idő: 3 perc"), ("el", "Χρόνος ανάγνωσης: 3 λεπτά"), ("bg", "3 мин. четене"),
    ("fi", "Lukuaika 3 min"),
    ("da", "Bruxelles, den 6. december 2018"), ("sv", "Bryssel den 6 december 2018"),
    ("fr", "Bruxelles, le 6 décembre 2018"),
    ("mt", "Brussell, is-6 ta' Diċembru 2018"), ("lv", "Briselē, 2018. gada 6. decembrī"),
    ("ga", "6 de Mheán Fómhair 2018"),
    ("fr", "COMMUNIQUE DE PRESSE n° 59/26"), ("el", "ΑΝΑΚΟΙΝΩΘΕΝ ΤΥΠΟΥ αριθ. 59/26"),
    ("de", "PRESSEMITTEILUNG Nr. 59/26"),
    ("en", "Council of the EU PRESS"), ("fr", "Conseil de l’UE PRESSE"), ("de", "Luxemburg, den 21. April 2026"),
    ("en", "Brussels, 6.12.2018 IP/18/6635"), ("pl", "Warszawa, 6.XII.2018 r."), ("en", "6 December 2018 at 10:30"),
    ("en", "2021/2540(RSP) 11/02/2021"), ("hr", "Bruxelles, 6. prosinca 2018."),
    ("pl", "Bruksela, dnia 6 grudnia 2018 r."),
    ("en", "6 December 2018 - Parma, Italy"), ("en", "Brussels and Athens, 6 December 2018"),
    ("fr", "Saint-Pierre-et-Miquelon, le 6 décembre 2018"),
    ("it", "Reggio nell’Emilia, lì 6 dicembre 2018"), ("bg", "гр. Русе, 06.12.2018 г."), ("es", "06/dic/2018"),
    ("sv", "torsdagen den 6 december 2018"), ("fi", "torstaina 6. joulukuuta 2018"),
    ("cs", "ve středu 5. prosince 2018"),
    ("de", "Am Donnerstag, dem 6. Dezember 2018"), ("ro", "joi, 6 decembrie 2018, ora 11"), ("en", "06–12–2018"),
    ("bg", "Четвъртък, 6 декември 2018 г., 11:00 ч."), ("en", "Thu, 6 Dec 2018 10:30:00 +0100"),
    ("en", "Frankfurt am Main, 6 December 2018 (embargo until 10:00)"), ("en", "Ref. Ares(2018)12345 - 06/12/2018"),
    ("en", "ECB press release, 6 December 2018"), ("en", "Posted on 6 December 2018 by press office"),
    ("en", "Submitted by editor on Thu, 12/06/2018 - 10:30"),
    ("en", "News article | 6 December 2018 | Directorate-General for Mobility and Transport | 2 min read"),
    ("en", "06.12.2018 Press and information team of the Delegation to BOSNIA AND HERZEGOVINA"),
    ("en", "06.12.2018 EEAS Press Team"),
    ("fr", "Publié le 6 décembre 2018 – Mis à jour le 7 décembre 2018"),
])  # fmt: skip
def test_line_is_about_the_release(language: str, line: str) -> None:
    assert is_about(line, language)


@pytest.mark.parametrize("line", [
    "The plan of 6 December 2018", "Geneva Convention of 28 July 1951", "It was adopted on 6 December 2018.",
    "Results of the talks of 6 December 2018 in Brussels", "- 16 September 2026: Resilience calls",
    "Ministers meet in Brussels on 6 December 2018", "Vote: 6 December 2018 in plenary", "1,234 people", "Background",
    "By 31 December 2030, all ports must offer shore power.", "Why now?", "Brussels is a city in Belgium.",
    "(a) 6 December 2018 for ports; and", "240 million euros in 2027",
    "Standards for ferries, 6 December 2018 edition", "Directorate-General for Mobility gets a new head",
    "Ministers met on 6 December 2018 and agreed by a large majority",
])  # fmt: skip
def test_line_of_the_text_is_not_about_the_release(line: str) -> None:
    assert not is_about(line, "en")
    assert not is_byline(line, "en")
    assert opening_date(line, "en") is None


@pytest.mark.parametrize(("line", "day"), [
    ("Published 6 December 2018 | Last updated 7 December 2018", 6),
    ("Updated 7 December 2018 | Published 6 December 2018", 6), ("Last updated 7 December 2018", None),
])  # fmt: skip
def test_day_of_an_update_beside_the_title_is_not_the_date(line: str, day: int | None) -> None:
    dates = lay_out([line, *BODY], title="A title", language="en").dates
    assert [each.day for each in dates] == ([day] if day else [])
