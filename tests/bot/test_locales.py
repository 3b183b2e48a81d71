"""Which language is chosen: a person's for what they alone see, the server's for what everybody sees."""

import pytest

from bot.words import words_for
from index.engine import Engine
from tests.simulation import NEEDED, QUESTION, QUOTE, Chat, Message, Person, refusal, simulated

HELP = "Ask what the EU has decided"


def dates(message: Message) -> list[str]:
    """Return the dates in the menu of a list of releases: they are written in the language of the list."""
    return [option["description"] for option in message.components[1]["components"][0]["options"]]


@pytest.mark.parametrize(
    ("locale", "date"),
    [("fr", "6 décembre 2018"), ("de", "6. Dezember 2018"), ("es-ES", "6 de diciembre de 2018"),
     ("es-419", "6 de diciembre de 2018"), ("it", "6 dicembre 2018"), ("pl", "6 grudnia 2018"),
     ("en-US", "6 December 2018"), ("ja", "6 December 2018")],
)  # fmt: skip
@simulated()
async def test_what_everybody_sees_is_in_the_language_of_the_server(chat: Chat, locale: str, date: str) -> None:
    chat.locale = locale
    message = await person.command("releases"(chat, "pl"))
    assert dates(message) == [date]


@simulated()
async def test_what_one_person_sees_is_in_that_persons_language(chat: Chat) -> None:
    chat.locale = "fr"
    hans = chat.add_person("visitor", locale="de")
    message = await chat.ada.command("releases")
    release_id = message.components[1]["components"][0]["options"][0]["value"]
    placeholder = message.components[1]["components"][0]["placeholder"]
    outline = await hans.choose(message, placeholder, [release_id])
    assert outline.text().split("\n")[1].endswith(" · Englisch")
    await chat.server_chose(private=True)
    assert dates(await hans.command("releases")) == ["6. Dezember 2018"]


@simulated()
async def test_server_chooses_its_language(chat: Chat) -> None:
    chat.locale = "fr"
    await chat.server_chose(language="it")
    assert dates(await person.command("releases"(chat, "de"))) == ["6 dicembre 2018"]


@simulated()
async def test_mention_is_answered_in_the_language_of_the_server(chat: Chat) -> None:
    await chat.server_chose(language="fr")
    assert words_for("fr")(HELP) in (await chat.mention("")).text()


@simulated()
async def test_direct_message_is_answered_in_the_language_of_the_persons_last_interaction(chat: Chat) -> None:
    ola = chat.add_person("visitor", locale="pl")
    private = ola.private_channel
    await ola.command("help", channel=private)
    await ola.write(chat, channel=private.bot_mention)
    await chat.emulator.wait(lambda: len(chat.said(private)) == 2)
    assert words_for("pl")(HELP) in chat.said(private)[1]
    assert chat.bot.words_public(None, None, ola.id).language == "pl"
    assert chat.bot.words_public(None, None, chat.bob.id).language == "en"


@simulated()
async def test_quotes_stay_in_the_language_of_their_release(chat: Chat) -> None:
    await chat.server_chose(language="pl")
    assert "will be further made available by CEPOL" in (await chat.ask()).text()
