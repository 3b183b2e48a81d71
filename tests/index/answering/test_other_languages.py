"""The shipped release answers in English, French, German and Polish, and refuses in them."""

import pytest

from index.engine import Engine
from index.filters import Filters

TASK_FORCE = "This task force will provide a platform"
TRAINING = "made available by CEPOL"
ONLINE = "The capacity of the EU internet referral unit"
MINISTER = "Herbert Kickl"
PLAN = "action plan against migrant smuggling (2015-2020)"
APPROVED = "the Council approved a comprehensive and operational set of measures"
MONEY = "The cooperation on the financial investigation component"

ANSWERED = {
    "What will the joint liaison task force do?": TASK_FORCE,
    "Que fera la task-force de liaison conjointe ?": TASK_FORCE,
    "Was wird die gemeinsame Verbindungs-Taskforce tun?": TASK_FORCE,
    "Co będzie robić wspólna grupa zadaniowa ds. łączności?": TASK_FORCE,
    "Which agency will train border control units?": TRAINING,
    "Quelle agence formera les unités de contrôle aux frontières ?": TRAINING,
    "Welche Agentur wird die Grenzkontrolleinheiten ausbilden?": TRAINING,
    "Która agencja będzie szkolić jednostki kontroli granicznej?": TRAINING,
    "How will the EU disrupt smugglers' online communications?": ONLINE,
    "Comment l'UE va-t-elle perturber les communications en ligne des passeurs ?": ONLINE,
    "Wie wird die EU die Online-Kommunikation der Schleuser stören?": ONLINE,
    "Jak UE zakłóci komunikację internetową przemytników?": ONLINE,
    "Who is the Austrian interior minister quoted?": MINISTER,
    "Qui est le ministre autrichien de l'intérieur cité ?": MINISTER,
    "Wer ist der zitierte österreichische Innenminister?": MINISTER,
    "Kto jest cytowanym austriackim ministrem spraw wewnętrznych?": MINISTER,
    "Until when does the action plan against migrant smuggling run?": PLAN,
    "Jusqu'à quand court le plan d'action contre le trafic de migrants ?": PLAN,
    "Bis wann läuft der Aktionsplan gegen die Schleusung von Migranten?": PLAN,
    "Do kiedy trwa plan działania przeciwko przemytowi migrantów?": PLAN,
    "what measures did the council approve?": APPROVED,
    "quelles mesures le Conseil a-t-il approuvées ?": APPROVED,
    "welche Maßnahmen hat der Rat gebilligt?": APPROVED,
    "jakie środki zatwierdziła Rada?": APPROVED,
    "what happens to web pages used by smugglers": ONLINE,
    "qu'advient-il des pages web utilisées par les passeurs": ONLINE,
    "was geschieht mit Webseiten, die Schleuser nutzen": ONLINE,
    "co się stanie ze stronami internetowymi używanymi przez przemytników": ONLINE,
    "How will money flows be investigated?": MONEY,
    "Comment les flux financiers seront-ils examinés ?": MONEY,
    "Wie werden Geldflüsse untersucht?": MONEY,
    "Jak będą badane przepływy pieniędzy?": MONEY,
}
# What it finds, and is not sure enough of.
UNSURE = {
    "Qui est le ministre autrichien de l'intérieur cité ?",
    "Wer ist der zitierte österreichische Innenminister?",
    "Kto jest cytowanym austriackim ministrem spraw wewnętrznych?",
    "Quelle agence formera les unités de contrôle aux frontières ?",
    "Która agencja będzie szkolić jednostki kontroli granicznej?",
    "welche Maßnahmen hat der Rat gebilligt?",
    "jakie środki zatwierdziła Rada?",
    "was geschieht mit Webseiten, die Schleuser nutzen",
    "How will money flows be investigated?",
    "Comment les flux financiers seront-ils examinés ?",
    "Wie werden Geldflüsse untersucht?",
    "Jak będą badane przepływy pieniędzy?",
}
REFUSED = (
    "What is the budget of Frontex?",
    "Quel est le budget de Frontex ?",
    "Wie hoch ist der Haushalt von Frontex?",
    "Jaki jest budżet Frontexu?",
    "How do I bake sourdough bread?",
    "Comment faire du pain au levain ?",
    "Wie backe ich Sauerteigbrot?",
    "Jak upiec chleb na zakwasie?",
)


@pytest.mark.parametrize(("question", "words"), ANSWERED.items())
def test_right_sentence_is_among_the_first_two(question: str, words: str, served_by_default_model: Engine) -> None:
    answer = served_by_default_model.answer(question, Filters())
    assert answer.answered or question in UNSURE, answer.confidence
    assert words in " ".join(quote.text for quote in (answer.quotes or answer.related)[:2])


@pytest.mark.parametrize("question", REFUSED)
def test_what_the_release_does_not_hold_is_refused(question: str, served_by_default_model: Engine) -> None:
    answer = served_by_default_model.answer(question, Filters())
    assert not answer.answered, answer.confidence
