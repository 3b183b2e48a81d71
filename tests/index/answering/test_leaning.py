"""A quote stands alone: what its sentence leans on comes with it, and "[…]" stands for what is between."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index.building.build import build
from index.database.home import open_corpus_db
from index.engine import Engine
from index.filters import Filters
from index.intake.ingest import ingest_file
from index.intake.overrides import Overrides
from index.results import Quote
from index.settings import IndexSettings
from index.text.languages import LANGUAGES
from tests.fakes import FakeEmbedder, silent

LONG = "of the weather " * 40
Quoted = Callable[..., tuple[Quote, ...]]


@pytest.fixture
def quoted(settings: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]) -> Quoted:
    """Return the quotes for a question over one release with a text in a language."""

    def ask(question: str, text: str, language: str = "en") -> tuple[Quote, ...]:
        with closing(open_corpus_db(settings)) as store:
            ingest_file(store, write_release("0.md", text, language=language, title="9"), Overrides())
        build(settings, embedder, silent)
        with Engine(settings, embedder) as engine:
            answer = engine.answer(question, Filters())
            shown = answer.quotes + answer.related
            for quote in shown:
                release = engine.release(quote.release_id)
                assert release is not None
                assert quote.text == release.text[quote.start : quote.end]
                if quote.parts:
                    assert (quote.start, quote.end) == (quote.parts[0][0], quote.parts[-1][1])
            return shown

    return ask


# A sentence on Europol, one between, and one that speaks of "it" or "she", with a question on the last.
PRONOUNS = {
    "bg": ("Европол откри офис в Хага.", "Тя ще наеме 50 служители.", "Кой ще наеме 50 служители?"),
    "cs": ("Europol otevřel kancelář v Haagu.", "Jeho rozpočet činí 50 korun.", "Jaký je rozpočet?"),
    "da": ("Europol har åbnet et kontor i Haag.", "Det vil ansætte 50 folk.", "Hvem ansætter 50 folk?"),
    "de": ("Europol eröffnete ein Büro in Den Haag.", "Es wird 50 Leute einstellen.", "Wer stellt 50 Leute ein?"),
    "el": ("Η Ευρωπόλ άνοιξε γραφείο στη Χάγη.", "Αυτό θα προσλάβει 50 υπαλλήλους.", "Ποιος προσλαμβάνει 50;"),
    "en": ("Europol opened an office in The Hague.", "It will hire 50 officers.", "Who will hire 50 officers?"),
    "es": ("Europol abrió una oficina en La Haya.", "Ella contratará a 50 agentes.", "¿Quién contratará a 50 agentes?"),
    "et": ("Europol avas Haagis kontori.", "Ta võtab tööle 50 ametnikku.", "Kes võtab tööle 50 ametnikku?"),
    "fi": ("Europol avasi toimiston Haagissa.", "Se palkkaa 50 virkamiestä.", "Kuka palkkaa 50 virkamiestä?"),
    "fr": ("Europol a ouvert un bureau à La Haye.", "Il recrutera 50 agents.", "Qui recrutera 50 agents ?"),
    "ga": ("D'oscail Europol oifig sa Háig.", "Beidh sé ag fostú 50 oifigeach.", "Cé a fhostóidh 50 oifigeach?"),
    "hr": ("Europol je otvorio ured u Haagu.", "On će zaposliti 50 službenika.", "Tko će zaposliti 50 službenika?"),
    "hu": ("Az Europol irodát nyitott Hágában.", "Ez 50 tisztviselőt vesz fel.", "Ki vesz fel 50 tisztviselőt?"),
    "it": ("Europol ha aperto un ufficio all'Aia.", "Esso assumerà 50 agenti.", "Chi assumerà 50 agenti?"),
    "lt": ("Europolas atidarė biurą Hagoje.", "Jis įdarbins 50 pareigūnų.", "Kas įdarbins 50 pareigūnų?"),
    "lv": ("Eiropols atvēra biroju Hāgā.", "Tas pieņems darbā 50 darbiniekus.", "Kas pieņems darbā 50 darbiniekus?"),
    "mt": ("Il-Europol fetaħ uffiċċju fl-Aja.", "Hija se timpjega 50 uffiċjal.", "Min se jimpjega 50 uffiċjal?"),
    "nl": ("Europol opende een kantoor in Den Haag.", "Het zal 50 agenten aanwerven.", "Wie zal 50 agenten aanwerven?"),
    "pl": ("Europol otworzył biuro w Hadze.", "Ono zatrudni 50 funkcjonariuszy.", "Kto zatrudni 50 funkcjonariuszy?"),
    "pt": ("A Europol abriu um escritório na Haia.", "Ela contratará 50 agentes.", "Quem contratará 50 agentes?"),
    "ro": ("Europol a deschis un birou la Haga.", "Acesta va angaja 50 de agenți.", "Cine va angaja 50 de agenți?"),
    "sk": ("Europol otvoril kanceláriu v Haagu.", "On zamestná 50 úradníkov.", "Kto zamestná 50 úradníkov?"),
    "sl": ("Europol je odprl urad v Haagu.", "On bo zaposlil 50 uradnikov.", "Kdo bo zaposlil 50 uradnikov?"),
    "sv": ("Europol öppnade ett kontor i Haag.", "Det ska anställa 50 tjänstemän.", "Vem ska anställa 50 tjänstemän?"),
}  # fmt: skip


def test_every_language_is_tried() -> None:
    assert set(PRONOUNS) == set(LANGUAGES)


@pytest.mark.parametrize("code", PRONOUNS)
def test_who_it_is_comes_from_the_paragraph_before(quoted: Quoted, code: str) -> None:
    named, leaning, question = PRONOUNS[code]
    assert quoted(question, f"{named}\n\n{leaning}", code)[0].text == f"{named}\n\n{leaning}"


def test_what_stands_between_is_left_out(quoted: Quoted) -> None:
    text = "Europol opened an office in The Hague. It moved in June. It will hire 50 officers."
    first = quoted("Who will hire 50 officers?", text)[0]
    assert first.shown == "Europol opened an office in The Hague. […] It will hire 50 officers."
    assert first.text == text
    assert first.to_dict()["parts"] == ((0, 38), (57, 82))


@pytest.mark.parametrize(
    ("text", "question", "shown"),
    [
        (
            f"The plan of the Council is to:\n- count cod {LONG}\n- feed the herring in winter",
            "What happens to the herring?",
            "The plan of the Council is to:\n[…]\n- feed the herring in winter",
        ),
        (
            "Frontex guards the borders.\n\nSpring was mild.\n\nNext year the agency will train 90 dogs.",
            "How many dogs will be trained?",
            "Frontex guards the borders.\n[…]\nNext year the agency will train 90 dogs.",
        ),
        (
            f"In 2019 herring exports rose.\n\nNobody complained {LONG}.\n\nThat year 40 boats sank off Vigo.",
            "How many boats sank off Vigo?",
            "In 2019 herring exports rose.\n[…]\nThat year 40 boats sank off Vigo.",
        ),
        (
            "Amounts are in million euros.\n\nNobody complained.\n\nThe herring fund of Vigo got 40.",
            "How much money did the herring fund of Vigo get?",
            "Amounts are in million euros.\n[…]\nThe herring fund of Vigo got 40.",
        ),
        (
            "Marta Kos, Commissioner, said:\n\n“Herring feeds Vigo. Cod does not.”\n\nNobody complained.",
            "Who does herring feed in Vigo?",
            "Marta Kos, Commissioner, said:\n\n“Herring feeds Vigo. Cod does not.”",
        ),
        (
            "Commissioner Kos on the herring of Vigo:\n\n'It feeds the town. Cod does not.'\n\nNobody complained.",
            "What does Kos say on the herring of Vigo?",
            "Commissioner Kos on the herring of Vigo:\n\n'It feeds the town. Cod does not.'",
        ),
        (
            f"Kos on the herring of Vigo:\n\n“It feeds the town. Cod does not. Who {LONG * 2}.”\n\nNobody complained.",
            "What does Kos say on the herring of Vigo?",
            "Kos on the herring of Vigo:\n\n“It feeds the town. Cod does not.",
        ),
        (
            'Kos said: "We love herring. Last spring 40 boats of Vigo sank." Nobody complained.',
            "How many boats of Vigo sank?",
            'Kos said: "We love herring. Last spring 40 boats of Vigo sank."',
        ),
        (
            "Last spring 40 boats of Vigo went down,\nsaid Marta Kos, Commissioner for herring.",
            "Who is Marta Kos?",
            "Last spring 40 boats of Vigo went down,\nsaid Marta Kos, Commissioner for herring.",
        ),
    ],
)  # fmt: skip
def test_lead_in_name_year_and_unit_come_with_it(quoted: Quoted, text: str, question: str, shown: str) -> None:
    assert shown in [quote.shown for quote in quoted(question, text)]


@pytest.mark.parametrize(
    ("code", "text", "question", "shown"),
    [
        (
            "de",
            "Frontex schützt die Grenzen.\n\nDer Frühling war mild.\n\nBald wird die Agentur 90 Hunde ausbilden.",
            "Wie viele Hunde werden ausgebildet?",
            "Frontex schützt die Grenzen.\n[…]\nBald wird die Agentur 90 Hunde ausbilden.",
        ),
        (
            "fr",
            "Frontex garde les frontières.\n\nLe printemps fut doux.\n\nBientôt l'agence dressera 90 chiens.",
            "Combien de chiens seront dressés ?",
            "Frontex garde les frontières.\n[…]\nBientôt l'agence dressera 90 chiens.",
        ),
        (
            "pl",
            "W 2019 eksport śledzi wzrósł.\n\nNikt nie narzekał.\n\nW tym samym roku zatonęło 40 łodzi.",
            "Ile łodzi zatonęło?",
            "W 2019 eksport śledzi wzrósł.\n[…]\nW tym samym roku zatonęło 40 łodzi.",
        ),
        (
            "el",
            "Τα ποσά είναι σε εκατομμύρια ευρώ.\n\nΚανείς δεν παραπονέθηκε.\n\nΤο ταμείο αλιείας πήρε 40.",
            "Πόσα χρήματα πήρε το ταμείο αλιείας;",
            "Τα ποσά είναι σε εκατομμύρια ευρώ.\n[…]\nΤο ταμείο αλιείας πήρε 40.",
        ),
    ],
)  # fmt: skip
def test_so_it_is_in_other_languages(quoted: Quoted, code: str, text: str, question: str, shown: str) -> None:
    assert shown in [quote.shown for quote in quoted(question, text, code)]


def test_sentence_that_says_all_itself_stands_alone(quoted: Quoted) -> None:
    text = "Europol met in June.\n\nFrontex says that the agency will train 90 dogs in 2019."
    assert quoted("How many dogs will be trained?", text)[0].text.startswith("Frontex says")


def test_nothing_comes_from_under_another_heading(quoted: Quoted) -> None:
    text = "## Fish\n\nEuropol opened an office.\n\n## Dogs\n\nIt will train 90 dogs in spring."
    assert quoted("How many dogs will be trained?", text)[0].text == "It will train 90 dogs in spring."
