"""An abbreviation ends no sentence, in any language that writes it so."""

import pytest

from index.text.languages import LANGUAGES
from index.text.sentences import sentences

WITHIN = {
    "bg": ["Съгласно чл. 5, ал. 2, т. 3 това важи.", "Агенциите, напр. Европол, т.е. полицията, помагат."],
    "cs": ["Podle čl. 5 odst. 2 to platí.", "Částka 5 mil. eur, tj. 3 mld. eur.", "Dne 3. října Rada zasedala."],
    "da": ["I henhold til art. 5, stk. 2, gælder dette.", "Agenturer, f.eks. Europol, dvs. politiet, hjælper."],
    "de": ["Gem. Abs. 3 des Art. 5 und Nr. 12 gilt das.", "Z. B. Europol zahlt ca. 5 Mio. Euro bzw. 3 Mrd. Euro."],
    "el": ["Σύμφωνα με το άρθ. 5 παρ. 2 ισχύει.", "Έκταση 500 τ.μ. και 3 δισ. ευρώ, βλ. σελ. 12 κ.ε. της έκθεσης."],
    "es": ["Véase el art. 5, pág. 12 y sigs. del informe.", "El Sr. Pérez y la Sra. López, p. ej. ministros, vienen."],
    "et": ["Vastavalt art. 5 lg. 2 kehtib see.", "Nõukogu kogunes 3. oktoobril 2023. aastal.", "See on 5 mln. eurot."],
    "fi": ["Rahaa on 5 milj. euroa, ks. s. 12 raportissa.", "Neuvosto kokoontui 3. lokakuuta 2023."],
    "fr": ["Voir l'art. 5, al. 2, et le no. 12.", "M. Dupont et Mme. Martin, c.-à-d. les ministres, p. ex. ici."],
    "ga": ["De réir alt. 5 agus uimh. 12 tá feidhm leis.", "An tUas. Ó Briain, m.sh. Europol, a tháinig."],
    "hr": ["Prema čl. 5. st. 2. i br. 12 to vrijedi.", "Agencije, npr. Europol, tj. policija, imaju 5 mil. eura."],
    "hu": ["Az 5. cikk (2) bek. és a 12. sz. melléklet érvényes.", "2023. október 3-án kb. 5 mrd. eurót adott."],
    "it": ["Vedi l'art. 5, pag. 12 del reg. 5.", "Il sig. Rossi e la dott. Bianchi, ad es. ministri, vengono."],
    "lt": ["Pagal 5 str. 2 d. ir nr. 12 tai galioja.", "Agentūros, pvz. Europolas, t. y. policija, turi 5 mln. eurų."],
    "lv": ["Saskaņā ar 5. panta 2. punktu tas ir spēkā.", "2023. gada 3. oktobrī, t.i. 5 milj. eiro."],
    "mt": ["Skont l-art. 5 u nru. 12 dan japplika.", "Is-Sur. Borg, eż. Europol, u d-Dr. Vella ġew."],
    "nl": ["Volgens art. 5 en nr. 12 geldt dit.", "Agentschappen, bijv. Europol, d.w.z. de politie, o.a. helpen."],
    "pl": ["Zgodnie z art. 5 ust. 2 pkt. 3 i nr. 12.", "Agencje, np. Europol, tj. policja, m.in. mają 5 tys. osób."],
    "pt": ["Ver o art. 5 e a pág. 12 e segs. do relatório.", "O Sr. Silva e a Dra. Costa, p. ex. ministros, vêm."],
    "ro": ["Conform art. 5 alin. 2 lit. a) și nr. 12 se aplică.", "Agențiile, de ex. Europol, au 3 mld. euro."],
    "sk": ["Podľa čl. 5 ods. 2 písm. a) to platí.", "Agentúry, napr. Europol, t. j. polícia, majú 5 mil. eur."],
    "sl": ["V skladu s čl. 5 odst. 2 to velja.", "Agencije, npr. Europol, so 3. oktobra imele 5 mio. evrov."],
    "sv": ["Enligt art. 5 och nr. 12 gäller detta.", "Byråer, t.ex. Europol, dvs. polisen, m.fl. hjälper."],
}  # fmt: skip
AFTER = "Europol 2024."


def split(text: str, code: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text, code)]


def test_every_language_but_english_is_tried() -> None:
    assert set(WITHIN) == set(LANGUAGES) - {"en"}


@pytest.mark.parametrize("code", WITHIN)
def test_abbreviations_and_ordinals_end_no_sentence(code: str) -> None:
    for sentence in WITHIN[code]:
        assert split(f"{sentence} {AFTER}", code) == [sentence, AFTER]


@pytest.mark.parametrize(
    ("code", "first", "second"),
    [
        ("sv", "Det gäller hela kap.", "Sedan gick hon."),
        ("fr", "Il mesure 100 m.", "Ensuite il part."),
        ("pl", "Weszło to w życie w 2023 r.", "Rada przyjęła decyzję."),
    ],
)
def test_what_only_stands_before_figures_may_end_a_sentence(code: str, first: str, second: str) -> None:
    assert split(f"{first} {second}", code) == [first, second]
