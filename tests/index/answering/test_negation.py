"""What a question denies is not answered by what affirms it, and "raised" is not answered by "lowered"."""

import pytest

from index.answering.polarity import asked_polarity, denies_otherwise, opposite, polarity
from index.engine import Engine
from index.filters import Filters
from index.text.languages import LANGUAGES
from index.text.read_text import read_text

NOTHING = Filters()
AFFIRMED = polarity("Operational support was given to five Member States on Monday.", "en")
LOWERED = polarity("The Governing Council decided to lower the key interest rates by 25 basis points.", "en")
DENYING = {
    "bg": "Кои държави не получиха подкрепа?",
    "cs": "Které země nedostaly podporu?",
    "da": "Hvilke lande fik ikke støtte?",
    "de": "Welche Länder haben keine Unterstützung erhalten?",
    "el": "Ποιες χώρες δεν έλαβαν στήριξη;",
    "en": "Which countries did not receive support?",
    "es": "¿Qué países no recibieron ayuda?",
    "et": "Millised riigid ei saanud toetust?",
    "fi": "Mitkä maat eivät saaneet tukea?",
    "fr": "Quels pays n'ont pas reçu d'aide ?",
    "ga": "Cé na tíortha nach bhfuair tacaíocht?",
    "hr": "Koje zemlje nisu dobile potporu?",
    "hu": "Mely országok nem kaptak támogatást?",
    "it": "Quali paesi non hanno ricevuto aiuti?",
    "lt": "Kurios šalys negavo paramos?",
    "lv": "Kuras valstis nesaņēma atbalstu?",
    "mt": "Liema pajjiżi ma rċevewx appoġġ?",
    "nl": "Welke landen kregen geen steun?",
    "pl": "Które kraje nie otrzymały wsparcia?",
    "pt": "Que países não receberam apoio?",
    "ro": "Ce țări nu au primit sprijin?",
    "sk": "Ktoré krajiny nedostali podporu?",
    "sl": "Katere države niso prejele podpore?",
    "sv": "Vilka länder fick inte stöd?",
}
RAISED = {
    "bg": "С колко ЕЦБ повиши лихвените проценти?",
    "cs": "O kolik ECB zvýšila úrokové sazby?",
    "da": "Hvor meget hævede ECB renten?",
    "de": "Um wie viel hat die EZB die Zinsen erhöht?",
    "el": "Κατά πόσο αύξησε η ΕΚΤ τα επιτόκια;",
    "en": "By how much did the ECB raise its interest rates?",
    "es": "¿Cuánto subió el BCE los tipos de interés?",
    "et": "Kui palju EKP intressimäärasid tõstis?",
    "fi": "Kuinka paljon EKP nosti korkoja?",
    "fr": "De combien la BCE a-t-elle relevé ses taux ?",
    "ga": "Cé mhéad a d'ardaigh an BCE na rátaí úis?",
    "hr": "Za koliko je ESB povećao kamatne stope?",
    "hu": "Mennyivel emelte meg az EKB a kamatokat?",
    "it": "Di quanto ha alzato i tassi la BCE?",
    "lt": "Kiek ECB padidino palūkanų normas?",
    "lv": "Par cik ECB paaugstināja procentu likmes?",
    "mt": "B'kemm il-BĊE żied ir-rati tal-imgħax?",
    "nl": "Met hoeveel heeft de ECB de rente verhoogd?",
    "pl": "O ile EBC podniósł stopy procentowe?",
    "pt": "Em quanto aumentou o BCE as taxas de juro?",
    "ro": "Cu cât a majorat BCE ratele dobânzilor?",
    "sk": "O koľko ECB zvýšila úrokové sadzby?",
    "sl": "Za koliko je ECB zvišala obrestne mere?",
    "sv": "Hur mycket höjde ECB räntorna?",
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_denied_is_told_in_every_language(code: str) -> None:
    question = asked_polarity(read_text(DENYING[code], code))
    assert denies_otherwise(question, AFFIRMED, frozenset())
    assert not denies_otherwise(question, polarity(DENYING[code], code), frozenset())
    assert not denies_otherwise(asked_polarity(read_text(RAISED[code], code)), AFFIRMED, frozenset())


@pytest.mark.parametrize("code", LANGUAGES)
def test_opposite_directions_are_told_across_languages(code: str) -> None:
    question = asked_polarity(read_text(RAISED[code], code))
    result = opposite(question, LOWERED)
    assert result is not None
    assert result[0] in RAISED[code]
    assert result[1] == "lower"
    assert opposite(question, polarity("The Governing Council raised the key interest rates.", "en")) is None
    assert opposite(question, polarity("Rates were raised in May and lowered in June.", "en")) is None


# "How high were exports?", with imports in place of them.
TRADE = {
    "bg": ("Колко беше износът?", "Колко беше вносът?"),
    "cs": ("Jak vysoký byl vývoz?", "Jak vysoký byl dovoz?"),
    "da": ("Hvor høj var eksporten?", "Hvor høj var importen?"),
    "de": ("Wie hoch waren die Ausfuhren?", "Wie hoch waren die Einfuhren?"),
    "el": ("Πόσο υψηλές ήταν οι εξαγωγές;", "Πόσο υψηλές ήταν οι εισαγωγές;"),
    "en": ("How high were exports?", "How high were imports?"),
    "es": ("¿Cuánto sumaron las exportaciones?", "¿Cuánto sumaron las importaciones?"),
    "et": ("Kui suur oli eksport?", "Kui suur oli import?"),
    "fi": ("Kuinka suuri oli vienti?", "Kuinka suuri oli tuonti?"),
    "fr": ("Quel était le montant des exportations ?", "Quel était le montant des importations ?"),
    "ga": ("Cé mhéad a bhí sna honnmhairí?", "Cé mhéad a bhí sna hallmhairí?"),
    "hr": ("Koliki je bio izvoz?", "Koliki je bio uvoz?"),
    "hu": ("Mekkora volt a kivitel?", "Mekkora volt a behozatal?"),
    "it": ("A quanto ammontavano le esportazioni?", "A quanto ammontavano le importazioni?"),
    "lt": ("Kiek siekė eksportas?", "Kiek siekė importas?"),
    "lv": ("Cik liels bija eksports?", "Cik liels bija imports?"),
    "mt": ("Kemm kienu l-esportazzjonijiet?", "Kemm kienu l-importazzjonijiet?"),
    "nl": ("Hoe groot was de uitvoer?", "Hoe groot was de invoer?"),
    "pl": ("Jaki był wywóz?", "Jaki był przywóz?"),
    "pt": ("Qual foi o valor das exportações?", "Qual foi o valor das importações?"),
    "ro": ("Cât au fost exporturile?", "Cât au fost importurile?"),
    "sk": ("Aký vysoký bol vývoz?", "Aký vysoký bol dovoz?"),
    "sl": ("Kolikšen je bil izvoz?", "Kolikšen je bil uvoz?"),
    "sv": ("Hur hög var exporten?", "Hur hög var importen?"),
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_imports_are_no_exports(code: str) -> None:
    exports, imports = (asked_polarity(read_text(question, code)) for question in TRADE[code])
    sentence = polarity("Imports stood at €15.3 billion, which is important.", "en")
    assert opposite(exports, sentence) is not None
    assert opposite(imports, sentence) is None
    assert opposite(imports, polarity("Imports and exports fell.", "en")) is None


@pytest.mark.parametrize(
    ("sentence", "lacks"),
    [("We have crossed seven out of nine boundaries.", False), ("The fund ran out of money.", True)],
)
def test_a_part_out_of_a_number_is_no_lack(sentence: str, *, lacks: bool) -> None:
    assert polarity(sentence, "en").lacks is lacks


# "The Council did not approve the plan.", and that it did.
NOT_APPROVED = {
    "bg": ("Съветът не одобри плана.", "Съветът одобри плана."),
    "cs": ("Rada plán neschválila.", "Rada plán schválila."),
    "da": ("Rådet godkendte ikke planen.", "Rådet godkendte planen."),
    "de": ("Der Rat hat den Plan nicht gebilligt.", "Der Rat hat den Plan gebilligt."),
    "el": ("Το Συμβούλιο δεν ενέκρινε το σχέδιο.", "Το Συμβούλιο ενέκρινε το σχέδιο."),
    "en": ("The Council did not approve the plan.", "The Council approved the plan."),
    "es": ("El Consejo no aprobó el plan.", "El Consejo aprobó el plan."),
    "et": ("Nõukogu ei kiitnud kava heaks ega kinnitanud seda.", "Nõukogu kinnitas kava."),
    "fi": ("Neuvosto ei hyväksynyt suunnitelmaa.", "Neuvosto hyväksyi suunnitelman."),
    "fr": ("Le Conseil n'a pas approuvé le plan.", "Le Conseil a approuvé le plan."),
    "ga": ("Níor cheadaigh an Chomhairle an plean.", "Cheadaigh an Chomhairle an plean."),
    "hr": ("Vijeće nije odobrilo plan.", "Vijeće je odobrilo plan."),
    "hu": ("A Tanács nem fogadta el a tervet.", "A Tanács elfogadta a tervet."),
    "it": ("Il Consiglio non ha approvato il piano.", "Il Consiglio ha approvato il piano."),
    "lt": ("Taryba plano nepatvirtino.", "Taryba patvirtino planą."),
    "lv": ("Padome plānu neapstiprināja.", "Padome apstiprināja plānu."),
    "mt": ("Il-Kunsill ma approvax il-pjan.", "Il-Kunsill approva l-pjan."),
    "nl": ("De Raad keurde het plan niet goed.", "De Raad keurde het plan goed."),
    "pl": ("Rada nie zatwierdziła planu.", "Rada zatwierdziła plan."),
    "pt": ("O Conselho não aprovou o plano.", "O Conselho aprovou o plano."),
    "ro": ("Consiliul nu a aprobat planul.", "Consiliul a aprobat planul."),
    "sk": ("Rada plán neschválila.", "Rada plán schválila."),
    "sl": ("Svet ni odobril načrta.", "Svet je odobril načrt."),
    "sv": ("Rådet godkände inte planen.", "Rådet godkände planen."),
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_sentence_that_denies_what_a_question_in_another_language_affirms_is_told(code: str) -> None:
    denied, affirmed = (polarity(text, code) for text in NOT_APPROVED[code])
    for text, own in (
        ("Dlaczego Rada zatwierdziła plan?", "pl"),
        ("When did the Council approve the plan?", "en"),
        ("Quand le Conseil a-t-il approuvé le plan ?", "fr"),
    ):
        question = asked_polarity(read_text(text, own))
        directions = frozenset(question.directions)
        assert denies_otherwise(question, denied, frozenset(), directions)
        assert not denies_otherwise(question, affirmed, frozenset(), directions)
    refusing = asked_polarity(read_text("When did the Council reject the plan?", "en"))
    assert not denies_otherwise(refusing, denied, frozenset(), frozenset(refusing.directions))


# Questions that hold a word which looks like a negation, or a negation that belongs to an adjective.
DENYING_NOTHING = {
    "bg": "Кога е започнал неотдавнашният план?",
    "cs": "Kdo požádal o nezávislý přezkum v neděli?",
    "da": "Hvad gør ikke-statslige organisationer?",
    "de": "Was tun Nicht-EU-Staaten für Nichtregierungsorganisationen?",
    "el": "Τι κάνουν οι μη κυβερνητικές οργανώσεις;",
    "en": "What do no-fly zones and non-EU states do?",
    "es": "¿Qué hacen las organizaciones no gubernamentales?",
    "et": "Mida teevad valitsusvälised organisatsioonid?",
    "fi": "Mitä tekevät ei-jäsenvaltiot?",
    "fr": "Que font les pays non-membres et les organisations non gouvernementales ?",
    "ga": "Cad a dhéanann eagraíochtaí neamhrialtasacha?",
    "hr": "Što rade nevladine organizacije nekoliko zemalja?",
    "hu": "Mit tesznek a nem kormányzati szervezetek?",
    "it": "Che cosa fanno le organizzazioni non governative?",
    "lt": "Kiek siekia nedarbas ir nelegali migracija?",
    "lv": "Kāda palīdzība ir nepieciešama pret nelegālu migrāciju?",
    "mt": "X'jagħmlu l-organizzazzjonijiet mhux governattivi?",
    "nl": "Wat doen niet-gouvernementele organisaties in niet-EU-landen?",
    "pl": "Co będzie robić wspólna grupa zadaniowa w tym zadaniu?",
    "pt": "O que fazem as organizações não governamentais?",
    "ro": "Ce fac organizațiile neguvernamentale?",
    "sk": "O čo žiadala Komisia v nedeľu a čo žiadajú žiadatelia?",
    "sl": "Kaj počnejo nevladne organizacije?",
    "sv": "Vad gör icke-statliga organisationer?",
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_only_looks_like_a_negation_denies_nothing(code: str) -> None:
    assert not asked_polarity(read_text(DENYING_NOTHING[code], code)).denies


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("Isn't the plan about migrant smuggling?", "en"),
        ("How many people are killed by germs that drugs can no longer beat?", "en"),
        ("Which countries receive not only money but also advice?", "en"),
        ("Kui suur osa taimedest oleks hädas, kui putukad õitel ei käiks?", "et"),
        ("Är inte planen ny?", "sv"),
        ("Warum sagte sie, dass die Prognosen nicht wörtlich zu nehmen sind?", "de"),
        ("Combien de personnes meurent de germes que rien ne peut plus tuer ?", "fr"),
        ("No. 1234 of which regulation applies?", "en"),
    ],
)
def test_what_denies_nothing_or_something_beside_is_no_denial(question: str, code: str) -> None:
    assert not asked_polarity(read_text(question, code)).denies


def test_sentence_denies_only_the_words_after_its_negation() -> None:
    question = asked_polarity(read_text("Which countries received support?", "en"))
    asked = frozenset({"countri", "receiv", "support"})
    denied = polarity("Hungary did not receive any money in 2020.", "en")
    beside = polarity("Hungary received support, although it did not ask for it.", "en")
    assert denies_otherwise(question, denied, asked)
    assert not denies_otherwise(question, beside, asked)


@pytest.mark.parametrize(
    ("plain", "denying"),
    [
        ("Which agency will train border control units?", "Which agency will not train border control units?"),
        ("Welche Agentur bildet Grenzschutzeinheiten aus?", "Welche Agentur bildet keine Grenzschutzeinheiten aus?"),
        (
            "Quelle agence formera les unités de contrôle des frontières ?",
            "Quelle agence ne formera pas les unités de contrôle des frontières ?",
        ),
        (
            "Która agencja będzie szkolić jednostki kontroli granicznej?",
            "Która agencja nie będzie szkolić jednostek kontroli granicznej?",
        ),
    ],
)
def test_what_did_not_happen_is_not_answered_by_what_did(
    served_by_default_model: Engine, plain: str, denying: str
) -> None:
    affirmed = served_by_default_model.answer(plain, NOTHING)
    denied = served_by_default_model.answer(denying, NOTHING)
    assert denied.confidence < affirmed.confidence - 0.1
    assert not denied.answered


def test_opposite_of_what_a_release_says_is_refused_or_told(served_by_default_model: Engine) -> None:
    answer = served_by_default_model.answer("Why did the Council reject measures against migrant smuggling?", NOTHING)
    approved = served_by_default_model.answer(
        "Why did the Council approve measures against migrant smuggling?", NOTHING
    )
    assert answer.confidence < approved.confidence - 0.1
    assert not answer.answered or "The releases say otherwise: here reject, there approved." in map(str, answer.notices)
