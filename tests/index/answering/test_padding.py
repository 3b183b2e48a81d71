"""Thanks, greetings and the way a question is typed do not change how sure an answer is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.answering.padding import asked
from index.engine import Engine
from index.filters import Filters

NOTHING = Filters()
QUESTIONS = (
    "What will the joint liaison task force do?",
    "Which agency will train border control units?",
    "How will the EU disrupt smugglers' online communications?",
    "Who is the Austrian interior minister quoted?",
    "What is the budget of Frontex?",
    "How do I bake sourdough bread?",
    "When was the Council founded?",
)
BEFORE = (
    "", "Hi, ", "hey bot ", "Hello! ", "Good morning, ", "Hi there, could you please tell me: ", "Dear bot, please ",
    "According to EU press releases, ", "I would like to know: ", "Does anyone know: ", "so ", "Bonjour, ", "Hallo, ",
)  # fmt: skip
AFTER = (
    "", " Thanks!", " Thank you very much.", " Thanks in advance", " please", ", please?",
    " Many thanks for your help!", " according to the official EU press releases?", " Merci d'avance", " Danke",
)  # fmt: skip
FORMS = (str, str.lower, str.upper, lambda text: text.replace("?", ""), lambda text: text.replace("?", " ???"))

IN_OTHER_LANGUAGES = [
    ("Guten Tag, können Sie mir bitte sagen, wann das Gesetz gilt? Vielen Dank.", "de", "Wann das Gesetz gilt?"),
    ("Bonjour, pouvez-vous me dire combien de pays participent ? Merci d'avance", "fr", "Combien de pays participent?"),
    ("Hola, ¿me puede decir cuántos países participan? Muchas gracias", "es", "Cuántos países participan?"),
    ("Buongiorno, potrebbe dirmi quando entra in vigore? Grazie mille", "it", "Quando entra in vigore?"),
    ("Bom dia, pode dizer-me quantos países participam? Obrigado", "pt", "Quantos países participam?"),
    ("Hallo, kunt u mij vertellen wanneer de wet geldt? Alvast bedankt", "nl", "Wanneer de wet geldt?"),
    ("Hej, kan du berätta när lagen träder i kraft? Tack på förhand", "sv", "När lagen träder i kraft?"),
    ("Hej, kan du fortælle mig hvornår loven gælder? På forhånd tak", "da", "Hvornår loven gælder?"),
    ("Hei, voisitko kertoa milloin asetus tulee voimaan, kiitos!", "fi", "Milloin asetus tulee voimaan?"),
    ("Tere, palun öelge mulle, millal määrus jõustub? Aitäh", "et", "Millal määrus jõustub?"),
    ("Jó napot kívánok! Hány ország vesz részt? Köszönöm szépen", "hu", "Hány ország vesz részt?"),
    ("Dzień dobry, czy możesz mi powiedzieć, ile krajów uczestniczy? Z góry dziękuję", "pl", "Ile krajów uczestniczy?"),
    ("Dobrý den, můžete mi říct, kolik zemí se účastní? Předem děkuji", "cs", "Kolik zemí se účastní?"),
    ("Dobrý deň, môžete mi povedať, koľko krajín sa zúčastňuje? Ďakujem", "sk", "Koľko krajín sa zúčastňuje?"),
    ("Dober dan, mi lahko poveste, koliko držav sodeluje? Hvala", "sl", "Koliko držav sodeluje?"),
    ("Dobar dan, možete li mi reći koliko država sudjeluje? Hvala unaprijed", "hr", "Koliko država sudjeluje?"),
    ("Bună ziua, îmi puteți spune câte țări participă? Mulțumesc", "ro", "Câte țări participă?"),
    ("Γεια σας, μπορείτε να μου πείτε πότε τίθεται σε ισχύ; Ευχαριστώ", "el", "Πότε τίθεται σε ισχύ?"),
    ("Здравейте, бихте ли ми казали кога влиза в сила? Благодаря предварително", "bg", "Кога влиза в сила?"),
    ("Laba diena, ar galite man pasakyti, kiek šalių dalyvauja? Ačiū", "lt", "Kiek šalių dalyvauja?"),
    ("Labdien, vai jūs varat man pateikt, cik valstis piedalās? Paldies", "lv", "Cik valstis piedalās?"),
    ("Bonġu, tista' tgħidli kemm pajjiżi jipparteċipaw? Grazzi ħafna", "mt", "Kemm pajjiżi jipparteċipaw?"),
    ("Dia duit, cé mhéad tír atá páirteach? Go raibh maith agat", "ga", "Cé mhéad tír atá páirteach?"),
    ("I was wondering whether you could tell me who leads Frontex. TIA", "en", "Who leads Frontex?"),
    ("good morning, hope you are well. who leads frontex? thx", "en", "Who leads Frontex?"),
    ("PLEASE HELP: WHO LEADS FRONTEX", "en", "Who leads Frontex?"),
    ("Ich würde gerne wissen, wer Frontex leitet. LG", "de", "Wer Frontex leitet?"),
    ("Auriez-vous la gentillesse de me dire qui dirige Frontex ?", "fr", "Qui dirige Frontex?"),
    ("Salut, quelqu'un sait qui dirige Frontex ? merci", "fr", "Qui dirige Frontex?"),
    ("Pourriez-vous m'indiquer qui dirige Frontex ?", "fr", "Qui dirige Frontex?"),
    ("Czy mogliby Państwo powiedzieć mi, kto kieruje Frontexem?", "pl", "Kto kieruje Frontexem?"),
    ("Potreste gentilmente dirmi chi dirige Frontex?", "it", "Chi dirige Frontex?"),
]  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(
    question=st.sampled_from(QUESTIONS),
    before=st.sampled_from(BEFORE),
    after=st.sampled_from(AFTER),
    form=st.sampled_from(FORMS),
)
def test_padding_does_not_change_how_sure_an_answer_is(
    served_by_default_model: Engine, question: str, before: str, after: str, form: object
) -> None:
    assert callable(form)
    plain = served_by_default_model.answer(question, NOTHING)
    padded = served_by_default_model.answer(form(f"{before}{question}{after}"), NOTHING)
    assert abs(padded.confidence - plain.confidence) < 0.03
    assert padded.answered is plain.answered
    assert [quote.text for quote in padded.quotes[:1]] == [quote.text for quote in plain.quotes[:1]]


@pytest.mark.parametrize(("padded", "code", "core"), IN_OTHER_LANGUAGES)
def test_padding_of_every_language_is_left_out(padded: str, code: str, core: str) -> None:
    assert asked(padded, code) == core


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("All Member States agreed to what?", "All Member States agreed to what?"),
        ("everyone in the EU benefits from what", "Everyone in the EU benefits from what?"),
        ("what did moldova and the north of macedonia get", "What did Moldova and the north of macedonia get?"),
        ("WHAT WILL EUROPOL DO", "What will Europol do?"),
        ("when was la réunion of ukraine", "When was la réunion of Ukraine?"),
        ("thanks", "Thanks?"),
        ("Who thanks Frontex for its help?", "Who thanks Frontex for its help?"),
        ("hello there, what happened? thanks", "What happened?"),
    ],
)
def test_what_belongs_to_a_question_stays(text: str, read: str) -> None:
    assert asked(text, "en") == read
