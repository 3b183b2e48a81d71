"""A misspelt question is read as it was meant, by the model too; what is spelled right stays as it is."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corpus import registry
from index.answering.answer import Answerer
from index.answering.question import readable
from index.answering.spelling import respelled
from index.answering.weights import shipped_weights
from index.building.build import build
from index.database.home import open_corpus_db
from index.encoders.embedder import SentenceTransformerEmbedder
from index.encoders.vocabulary import Vocabulary, vocabulary_of
from index.engine import Engine
from index.filters import Filters
from index.generations.reader import OpenGeneration
from index.intake.ingest import ingest_file
from index.intake.overrides import Overrides
from index.settings import IndexSettings
from index.text.terms import stem, words
from tests.fakes import FakeEmbedder, silent

# A text, and what people write of its words: letters in the wrong order, one too many or too few.
TEXTS = {
    "bg": ("Съветът одобри мерките срещу контрабандата на мигранти.", {"контрабнадата": "контрабандата"}),
    "cs": ("Rada schválila opatření proti převaděčství migrantů.", {"převaděčstvíí": "převaděčství"}),
    "da": ("Rådet godkendte foranstaltninger mod smugling af migranter.", {"foranstaltningre": "foranstaltninger"}),
    "de": ("Der Rat billigte Maßnahmen gegen die Schleusung von Migranten.", {"Schleusnug": "Schleusung"}),
    "el": ("Το Συμβούλιο ενέκρινε μέτρα κατά της διακίνησης μεταναστών.", {"διακίνσης": "διακίνησης"}),
    "en": ("The Council approved measures against smuggling on land.", {"Cuoncil": "Council", "ladn": "land"}),
    "es": ("El Consejo aprobó medidas contra el tráfico ilícito de migrantes.", {"tráfcio": "tráfico"}),
    "et": ("Nõukogu kiitis heaks meetmed rändajate smugeldamise vastu.", {"smugeldmaise": "smugeldamise"}),
    "fi": ("Neuvosto hyväksyi toimenpiteitä muuttajien salakuljetusta vastaan.", {"salakulejtusta": "salakuljetusta"}),
    "fr": ("Le Conseil a approuvé des mesures contre les passeurs de migrants.", {"appruové": "approuvé"}),
    "hu": ("A Tanács jóváhagyta az embercsempészet elleni intézkedéseket.", {"embercsmepészet": "embercsempészet"}),
    "it": ("Il Consiglio ha approvato misure contro il traffico di migranti.", {"trafifco": "traffico"}),
    "nl": ("De Raad keurde maatregelen tegen mensensmokkel van migranten goed.", {"mensensmokkle": "mensensmokkel"}),
    "pl": ("Rada zatwierdziła środki przeciwko przemytowi migrantów.", {"przemtyowi": "przemytowi"}),
    "pt": ("O Conselho aprovou medidas contra a introdução clandestina.", {"clandestnia": "clandestina"}),
    "ro": ("Consiliul a aprobat măsuri împotriva introducerii ilegale de migranți.", {"introdcuerii": "introducerii"}),
    "sv": ("Rådet godkände åtgärder mot smuggling av migranter till unionen.", {"åtgräder": "åtgärder"}),
}  # fmt: skip


def _respelled(text: str, code: str, served: OpenGeneration, known: Vocabulary | None = None) -> str:
    return respelled(text, code, registry().mentions(text, question=True), served, known)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenGeneration]:
    """Releases in many languages, one in each."""
    folder = tmp_path_factory.mktemp("spelling")
    settings = IndexSettings(data_dir=folder / "data", model="fake")
    with closing(open_corpus_db(settings)) as store:
        for code, (text, _) in TEXTS.items():
            header = f"---\ntitle: {code}\nissuer: Council\ndate: 2024-05-06\nlanguage: {code}\n---\n\n"
            (folder / f"{code}.md").write_text(f"{header}{text}\n", "utf-8")
            ingest_file(store, folder / f"{code}.md", Overrides())
    build(settings, FakeEmbedder(), silent)
    with Engine(settings, FakeEmbedder()) as engine:
        yield engine.served()


@pytest.mark.parametrize("code", TEXTS)
def test_misspelt_word_is_read_as_one_of_a_release_in_the_language(served: OpenGeneration, code: str) -> None:
    text, slips = TEXTS[code]
    assert _respelled(text, code, served) == text
    for written, meant in slips.items():
        assert _respelled(f"({written})?", code, served) == f"({meant})?"


def test_word_of_another_language_stays(served: OpenGeneration) -> None:
    assert _respelled("Maßnahmn gegen Migration", "fr", served) == "Maßnahmn gegen Migration"


@pytest.mark.parametrize("right", ["struggling", "Counsel", "measured", "migrants", "lank", "Ladn", "MeasuresEU"])
def test_english_word_is_never_corrected(served: OpenGeneration, right: str) -> None:
    assert _respelled(f"What of {right}?", "en", served) == f"What of {right}?"


@pytest.mark.parametrize(
    ("code", "question", "meant"),
    [
        ("en", "What will Frotnex do?", "What will Frontex do?"),
        ("de", "Was macht Eurpool im Mai?", "Was macht Europol im Mai?"),
        ("fr", "Que fera Euorjust ?", "Que fera Eurojust ?"),
        ("pl", "Co zrobi Fronetx?", "Co zrobi Frontex?"),
        ("en", "When does the Eurostar run?", "When does the Eurostar run?"),
    ],
)
def test_name_of_an_agency_is_known_in_every_language(
    served: OpenGeneration, code: str, question: str, meant: str
) -> None:
    assert _respelled(question, code, served) == meant


def test_model_reads_the_corrected_text(served: OpenGeneration) -> None:
    class Listening(FakeEmbedder):
        def read_query(self, text: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
            self.read = text
            return super().read_query(text)

    model = Listening()
    query = Answerer(model, shipped_weights()).read("what of the smugglnig, Frotnex?", served)
    assert model.read == query.asked == "What of the smuggling, Frontex?"
    assert query.agencies == ("frontex",)
    assert query.text == "what of the smugglnig, Frotnex?"


def test_misspelt_question_finds_what_the_right_one_finds(
    settings: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]
) -> None:
    with closing(open_corpus_db(settings)) as store:
        for number, text in enumerate(("Herring fishermen of Vigo strike.", "Wolves were counted in Spain.")):
            ingest_file(store, write_release(f"{number}.md", text, title=str(number)), Overrides())
    build(settings, embedder, silent)
    with Engine(settings, embedder) as engine:
        right, wrong = (engine.answer(text, Filters()) for text in ("Who are the fishermen?", "Who are the fihsermen?"))
    assert (right.quotes, right.confidence) == (wrong.quotes, wrong.confidence)


@pytest.mark.parametrize(
    ("code", "pairs"),
    [
        ("en", "organisation organization, defence defense, programmes programs, labour labor"),
        ("en", "centres centers, authorised authorized, cancelled canceled, analyse analyze, fulfilment fulfillment"),
        ("de", "Maßnahmen Massnahmen, Flüchtlinge Fluechtlinge, Behörde Behoerde"),
        ("pt", "projecto projeto, acção ação, adopção adoção"),
        ("da", "Århus Aarhus, fællesskab faellesskab"),
        ("pl", "współpraca wspolpraca, Łódź Lodz"),
        ("fr", "sécurité securite, œuvre oeuvre"),
        ("el", "ενημέρωση ενημερωση"),
    ],
)  # fmt: skip
def test_what_is_written_in_two_ways_is_one_term(code: str, pairs: str) -> None:
    for pair in pairs.split(", "):
        first, second = ([stem(word, code) for word in words(spelling, code)] for spelling in pair.split())
        assert first == second


@pytest.mark.parametrize("pair", ["promise promises", "supervise supervision", "precise precision", "rise rises"])
def test_other_words_keep_their_stem(pair: str) -> None:
    first, second = map(stem, pair.split())
    assert first == second


@pytest.mark.parametrize(
    ("code", "written", "meant"),
    [
        ("cs", "opatreni proti prevadecstvi", "opatření proti převaděčství"),
        ("de", "Massnahmen der Schleusung", "Maßnahmen der Schleusung"),
        ("el", "μετρα κατα της διακινησης", "μέτρα κατά της διακίνησης"),
        ("es", "medidas del trafico ilicito", "medidas del tráfico ilícito"),
        ("hu", "intezkedeseket", "intézkedéseket"),
        ("pl", "srodki przeciwko", "środki przeciwko"),
        ("ro", "impotriva introducerii", "împotriva introducerii"),
        ("sv", "atgarder mot smuggling", "åtgärder mot smuggling"),
        ("es", "trafico cómico", "trafico cómico"),
    ],
)
def test_accents_are_put_back_where_all_are_missing(
    served: OpenGeneration, code: str, written: str, meant: str
) -> None:
    assert _respelled(written, code, served) == meant


def test_word_that_the_model_knows_is_never_corrected(
    served: OpenGeneration, default_model: SentenceTransformerEmbedder
) -> None:
    known = vocabulary_of(default_model)
    assert known is not None
    assert _respelled("medida", "es", served, known) == "medida"
    assert known.knows("Migration")
    assert not known.knows("smugglnig")


def test_padding_and_slips_together(served: OpenGeneration) -> None:
    model = FakeEmbedder()
    query = Answerer(model, shipped_weights()).read(readable("Hi, what of smugglnig? Thanks in advance"), served)
    assert query.asked == "What of smuggling?"
