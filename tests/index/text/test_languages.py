"""Every official language of the EU: what is known of it, and which one a question is in."""

import time

import pytest
from babel import Locale

from index.answering.answer_types import AnswerType, asked_for, holds
from index.answering.padding import asked
from index.answering.question import MAX_QUESTION_CHARS
from index.answering.times import time_of
from index.text.detection import language_of
from index.text.languages import LANGUAGES, fold, folded_pattern, language
from index.text.read_text import read_text
from index.text.terms import stem, terms, words
from index.text.times import Moment, moments

QUESTIONS = {  # when, how many, why
    "bg": ("Кога влиза в сила регламентът?", "Колко държави участват в проекта?", "Защо беше променен законът?"),
    "cs": ("Kdy vstoupí nařízení v platnost?", "Kolik států se účastní projektu?", "Proč byl zákon změněn?"),
    "da": ("Hvornår træder forordningen i kraft?", "Hvor mange lande deltager?", "Hvorfor blev loven ændret?"),
    "de": ("Wann tritt die Verordnung in Kraft?", "Wie viele Länder nehmen teil?", "Warum wurde das Gesetz geändert?"),
    "el": ("Πότε τίθεται σε ισχύ ο κανονισμός;", "Πόσες χώρες συμμετέχουν;", "Γιατί άλλαξε ο νόμος;"),
    "en": ("When does the regulation enter into force?", "How many countries take part?", "Why was the law changed?"),
    "es": ("¿Cuándo entra en vigor el reglamento?", "¿Cuántos países participan?", "¿Por qué se cambió la ley?"),
    "et": ("Millal määrus jõustub?", "Mitu riiki projektis osaleb?", "Miks seadust muudeti?"),
    "fi": ("Milloin asetus tulee voimaan?", "Kuinka monta maata osallistuu hankkeeseen?", "Miksi lakia muutettiin?"),
    "fr": ("Quand le règlement s’applique-t-il ?", "Combien de pays participent ?", "Pourquoi la loi change-t-elle ?"),
    "ga": ("Cathain a thiocfaidh sé i bhfeidhm?", "Cé mhéad tír atá páirteach?", "Cén fáth ar athraíodh an dlí?"),
    "hr": ("Kada uredba stupa na snagu?", "Koliko država sudjeluje u projektu?", "Zašto je zakon izmijenjen?"),
    "hu": ("Mikor lép hatályba a rendelet?", "Hány ország vesz részt a projektben?", "Miért módosították a törvényt?"),
    "it": ("Quando entra in vigore il regolamento?", "Quanti paesi partecipano?", "Perché la legge è stata cambiata?"),
    "lt": ("Kada įsigalioja reglamentas?", "Kiek šalių dalyvauja projekte?", "Kodėl įstatymas buvo pakeistas?"),
    "lv": ("Kad stājas spēkā regula?", "Cik valstis piedalās projektā?", "Kāpēc likums tika mainīts?"),
    "mt": ("Meta jidħol fis-seħħ ir-regolament?", "Kemm pajjiżi qed jipparteċipaw?", "Għaliex inbidlet il-liġi?"),
    "nl": ("Wanneer treedt de verordening in werking?", "Hoeveel landen doen mee?", "Waarom is de wet gewijzigd?"),
    "pl": ("Kiedy rozporządzenie wchodzi w życie?", "Ile krajów bierze udział?", "Dlaczego zmieniono ustawę?"),
    "pt": ("Quando entra em vigor o regulamento?", "Quantos países participam?", "Porque é que a lei foi alterada?"),
    "ro": ("Când intră în vigoare regulamentul?", "Câte țări participă la proiect?", "De ce a fost modificată legea?"),
    "sk": ("Kedy nadobudne nariadenie účinnosť?", "Koľko krajín sa zúčastňuje?", "Prečo bol zákon zmenený?"),
    "sl": ("Kdaj začne uredba veljati?", "Koliko držav sodeluje v projektu?", "Zakaj je bil zakon spremenjen?"),
    "sv": ("När träder förordningen i kraft?", "Hur många länder deltar?", "Varför ändrades lagen?"),
}  # fmt: skip


def test_every_official_language_has_its_questions() -> None:
    assert tuple(QUESTIONS) == LANGUAGES


@pytest.mark.parametrize("code", LANGUAGES)
def test_language_of_a_question_and_what_it_asks_for(code: str) -> None:
    kinds = [AnswerType.DATE, AnswerType.NUMBER, AnswerType.REASON]
    assert [language_of(question) for question in QUESTIONS[code]] == [code] * 3
    assert [asked_for(read_text(question, code)) for question in QUESTIONS[code]] == kinds


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code not in ("en", "ga", "mt")])
def test_neither_capitals_nor_missing_accents_hide_what_is_asked(code: str) -> None:
    bare = [fold(question).strip() for question in QUESTIONS[code]]
    kinds = [asked_for(read_text(each, code)) for each in bare]
    assert [asked_for(read_text(question.upper(), code)) for question in QUESTIONS[code]] == kinds
    assert kinds[0] is AnswerType.DATE


@pytest.mark.parametrize("code", LANGUAGES)
def test_months_are_those_of_the_common_locale_data(code: str) -> None:
    months = Locale.parse(code).months
    for context in ("format", "stand-alone"):
        for number, name in months[context]["wide"].items():
            results = [each.moment for each in moments(f"ECB {name} 2006", code)]
            assert results == [Moment(2006, number)], (name, results)


@pytest.mark.parametrize("code", LANGUAGES)
def test_patterns_of_a_language_can_be_read(code: str) -> None:
    known = language(code)
    for pattern in (known.question_words, known.yes_no):
        assert folded_pattern(pattern or "x")
    for patterns in (known.asks, known.holds, known.time, known.padding):
        assert all(folded_pattern(pattern) for pattern in patterns.values())
    assert set(known.padding) == {"greeting", "thanks", "request", "source"}
    assert code == "en" or set(known.asks) == set(AnswerType)


@pytest.mark.parametrize("question", ["Europol Frontex", "TLTRO III", "ECB M3 2007", "Kurum Hoekstra"])
def test_question_of_names_is_in_the_language_of_the_releases(question: str) -> None:
    assert language_of(question) == "en"


def test_words_are_stemmed_by_their_language_and_english_as_before() -> None:
    assert {stem(word, "de") for word in ("maßnahme", "maßnahmen")} == {"massnahm"}
    assert {stem(word, "fr") for word in ("decisions", "decision")} == {"decis"}
    assert stem("migration") == stem("migration", "en") == "migrat"
    assert stem("ministrov", "sl") == "ministrov"
    assert terms("Die Maßnahmen", "de") == ["die", "massnahm"]


def test_decimal_comma_is_a_point_where_the_language_writes_one() -> None:
    assert words("um 3,75 Prozent, 1.250.000 Euro", "de") == ["um", "3.75", "prozent", "1250000", "euro"]
    assert words("3,75", "en") == ["3", "75"]


@pytest.mark.parametrize(
    ("kind", "sentence", "code"),
    [
        (AnswerType.DATE, "Die Verordnung gilt ab März.", "de"),
        (AnswerType.PERCENTAGE, "Le taux augmente de 25 points de base.", "fr"),
        (AnswerType.MONEY, "Komisja przeznaczy 5 mln euro.", "pl"),
        (AnswerType.NUMBER, "Osallistujia on kaksikymmentä.", "fi"),
        (AnswerType.PERSON, "Το είπε η Ursula von der Leyen στο Συμβούλιο.", "el"),
        (AnswerType.REASON, "Комисията наложи глоба, защото правилата бяха нарушени.", "bg"),
    ],
)
def test_sentence_of_another_language_holds_what_is_asked(kind: AnswerType, sentence: str, code: str) -> None:
    assert holds(kind, sentence, code)
    assert not holds(kind, "aaa bbb ccc.", code)


HOSTILE = (
    "thanks ", "tak, ", " ", "- ", "a ", "12 ", "2003 ", "mai 2003 ", "please tell me ", "bitte sagen ", "seit ",
)  # fmt: skip


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("end", ["x", "?", "2003"])
def test_no_question_takes_long_to_read(piece: str, end: str) -> None:
    text = (piece * (MAX_QUESTION_CHARS // len(piece)))[: MAX_QUESTION_CHARS - len(end)] + end
    for code in LANGUAGES:
        asked("warm", code)
        began = time.thread_time()
        asked(text, code)
        asked_for(read_text(text, code))
        time_of(read_text(text, code))
        assert time.thread_time() - began < 0.5, code
