"""A claim that somebody wants confirmed is held against the releases, and what differs is told."""

import pytest

from index.answering.padding import stated
from index.engine import Engine
from index.filters import Filters
from index.text.languages import LANGUAGES

NOTHING = Filters()
# In each language: a statement, a tag that asks to confirm it, and an opening that does.
CLAIMS = {
    "bg": ("ЕЦБ повиши лихвените проценти", "нали?", "Вярно ли е, че"),
    "cs": ("ECB zvýšila úrokové sazby", "že ano?", "Je pravda, že"),
    "da": ("ECB hævede renten", "ikke sandt?", "Er det rigtigt, at"),
    "de": ("Die EZB hat die Zinsen erhöht", "nicht wahr?", "Stimmt es, dass"),
    "el": ("Η ΕΚΤ αύξησε τα επιτόκια", "έτσι δεν είναι;", "Αληθεύει ότι"),
    "en": ("The ECB raised its interest rates", "right?", "Is it true that"),
    "es": ("El BCE subió los tipos de interés", "¿verdad?", "¿Es cierto que"),
    "et": ("EKP tõstis intressimäärasid", "eks ole?", "Kas on tõsi, et"),
    "fi": ("EKP nosti korkoja", "eikö niin?", "Onko totta, että"),
    "fr": ("La BCE a relevé ses taux", "n'est-ce pas ?", "Est-il vrai que"),
    "ga": ("D'ardaigh an BCE na rátaí úis", "nach ea?", "An fíor gur"),
    "hr": ("ESB je povećao kamatne stope", "zar ne?", "Je li istina da"),
    "hu": ("Az EKB megemelte a kamatokat", "ugye?", "Igaz, hogy"),
    "it": ("La BCE ha alzato i tassi", "vero?", "È vero che"),
    "lt": ("ECB padidino palūkanų normas", "ar ne?", "Ar tiesa, kad"),
    "lv": ("ECB paaugstināja procentu likmes", "vai ne?", "Vai tiesa, ka"),
    "mt": ("Il-BĊE żied ir-rati tal-imgħax", "hux hekk?", "Huwa minnu li"),
    "nl": ("De ECB heeft de rente verhoogd", "toch?", "Is het waar dat"),
    "pl": ("EBC podniósł stopy procentowe", "prawda?", "Czy to prawda, że"),
    "pt": ("O BCE aumentou as taxas de juro", "não é?", "É verdade que"),
    "ro": ("BCE a majorat ratele dobânzilor", "nu-i așa?", "Este adevărat că"),
    "sk": ("ECB zvýšila úrokové sadzby", "však?", "Je pravda, že"),
    "sl": ("ECB je zvišala obrestne mere", "kajne?", "Ali je res, da"),
    "sv": ("ECB höjde räntorna", "eller hur?", "Är det sant att"),
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_claim_is_read_without_what_asks_to_confirm_it(code: str) -> None:
    statement, tag, opening = CLAIMS[code]
    for text in (f"{statement}, {tag}", f"{opening} {statement}?"):
        read = stated(text, code)
        assert read.claims, text
        assert read.text == f"{statement}?", text
    assert not stated(f"{statement}?", code).claims


TRUE_OR_FALSE = {
    "bg": "Вярно или грешно",
    "cs": "Pravda nebo lež",
    "da": "Sandt eller falsk",
    "de": "Wahr oder falsch",
    "el": "Σωστό ή λάθος",
    "en": "True or false",
    "es": "Verdadero o falso",
    "et": "Tõsi või vale",
    "fi": "Totta vai tarua",
    "fr": "Vrai ou faux",
    "ga": "Fíor nó bréagach",
    "hr": "Točno ili netočno",
    "hu": "Igaz vagy hamis",
    "it": "Vero o falso",
    "lt": "Tiesa ar melas",
    "lv": "Patiesība vai meli",
    "mt": "Veru jew falz",
    "nl": "Waar of niet waar",
    "pl": "Prawda czy fałsz",
    "pt": "Verdadeiro ou falso",
    "ro": "Adevărat sau fals",
    "sk": "Pravda alebo lož",
    "sl": "Drži ali ne drži",
    "sv": "Sant eller falskt",
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_true_or_false_asks_to_confirm(code: str) -> None:
    statement = CLAIMS[code][0]
    for text in (f"{TRUE_OR_FALSE[code]}: {statement}?", f"{statement}. {TRUE_OR_FALSE[code]}?"):
        read = stated(text, code)
        assert (read.text, read.claims) == (f"{statement}?", True)


@pytest.mark.parametrize(
    ("opening", "code"),
    [
        ("Did I hear correctly that", "en"),
        ("Habe ich richtig gehört, dass", "de"),
        ("Ai-je bien compris que", "fr"),
        ("Czy dobrze rozumiem, że", "pl"),
        ("¿He oído bien que", "es"),
        ("Ho capito bene che", "it"),
    ],
)
def test_what_was_heard_is_a_claim(opening: str, code: str) -> None:
    statement = CLAIMS[code][0]
    assert stated(f"{opening} {statement}?", code).text == f"{statement}?"
    assert stated(f"{opening} {statement}?", code).claims


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("Who has the voting right?", "en"),
        ("Which statement is correct?", "en"),
        ("What is the right to be forgotten?", "en"),
        ("Wer hat das Recht, ja?", "xx"),
        ("Was ist richtig?", "de"),
        ("Kto powiedział, że to prawda?", "pl"),
        ("Right?", "en"),
    ],
)
def test_question_is_no_claim(question: str, code: str) -> None:
    assert not stated(question, code).claims


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("Europol will train border control units, right?", "here Europol, there CEPOL"),
        ("Europol wird Grenzschutzeinheiten schulen, nicht wahr?", "hier"),
        ("The action plan against migrant smuggling ran until 2021, right?", "here 2021, there 2015, 2020"),
        ("The Council rejected measures against migrant smuggling, right?", "here rejected, there approved"),
        ("The Council approved measures against migrant smuggling in May 2018, isn't that so?", "here May 2018, there"),
    ],
)
def test_what_differs_lowers_confidence_and_is_told(served_by_default_model: Engine, claim: str, told: str) -> None:
    wrong = served_by_default_model.answer(claim, NOTHING)
    notices = [str(notice) for notice in wrong.notices]
    if told == "hier":
        assert not wrong.answered or any("there CEPOL" in notice for notice in notices)
        return
    assert any(told in notice for notice in notices), (wrong.confidence, notices)
    right = claim
    for other, own in (("Europol", "CEPOL"), ("2021", "2020"), ("rejected", "approved"), ("May 2018", "December 2018")):
        right = right.replace(other, own)
    confirmed = served_by_default_model.answer(right, NOTHING)
    assert confirmed.answered
    assert confirmed.confidence > wrong.confidence
    assert not any("otherwise" in str(notice) for notice in confirmed.notices)
