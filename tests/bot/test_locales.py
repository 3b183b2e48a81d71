"""Which language is chosen: a person's for what they alone see, the server's for what everybody sees."""

import pytest

from bot.words import words_for
from index.engine import Engine
from tests.bot.stage import Stage, on_stage, play
from tests.emulator import Message, User

HELP = "Ask what the EU has decided"


def dates(message: Message) -> list[str]:
    """Return the dates in the menu of a list of releases: they are written in the language of the list."""
    return [option["description"] for option in message.components[1]["components"][0]["options"]]


def person(stage: Stage, locale: str) -> User:
    """Return somebody in the server who uses Discord in a language."""
    user = stage.emulator.add_user(f"from {locale}", locale=locale)
    stage.guild.add_member(user)
    return user


@pytest.mark.parametrize(
    ("locale", "date"),
    [("fr", "6 décembre 2018"), ("de", "6. Dezember 2018"), ("es-ES", "6 de diciembre de 2018"),
     ("es-419", "6 de diciembre de 2018"), ("it", "6 dicembre 2018"), ("pl", "6 grudnia 2018"),
     ("en-US", "6 December 2018"), ("ja", "6 December 2018")],
)  # fmt: skip
def test_what_everybody_sees_is_in_the_language_of_the_server(
    served_by_default_model: Engine, locale: str, date: str
) -> None:
    async def scenario(stage: Stage) -> None:
        stage.guild.locale = locale
        message = await stage.command("releases", user=person(stage, "pl"))
        assert dates(message) == [date]

    play(scenario, served_by_default_model)


@on_stage()
async def test_what_one_person_sees_is_in_that_persons_language(stage: Stage) -> None:
    stage.guild.locale = "fr"
    hans = person(stage, "de")
    message = await stage.command("releases")
    release_id = message.components[1]["components"][0]["options"][0]["value"]
    placeholder = message.components[1]["components"][0]["placeholder"]
    outline = await stage.answered(await stage.emulator.select(hans, message, placeholder, [release_id]))
    assert outline.text().split("\n")[1].endswith(" · Englisch")
    await stage.server_chose(private=True)
    assert dates(await stage.command("releases", user=hans)) == ["6. Dezember 2018"]


@on_stage()
async def test_server_chooses_its_language(stage: Stage) -> None:
    stage.guild.locale = "fr"
    await stage.server_chose(language="it")
    assert dates(await stage.command("releases", user=person(stage, "de"))) == ["6 dicembre 2018"]


@on_stage()
async def test_mention_is_answered_in_the_language_of_the_server(stage: Stage) -> None:
    await stage.server_chose(language="fr")
    assert words_for("fr")(HELP) in (await stage.mention("")).text()


@on_stage()
async def test_direct_message_is_answered_in_the_language_of_the_persons_last_interaction(stage: Stage) -> None:
    ola = person(stage, "pl")
    private = stage.emulator.private_channel(ola)
    await stage.emulator.slash(ola, private, "help")
    await stage.emulator.post(ola, private, stage.emulator.bot.mention)
    await stage.emulator.wait(lambda: len(stage.said(private)) == 2)
    assert words_for("pl")(HELP) in stage.said(private)[1]
    assert stage.bot.words_public(None, None, ola.id).language == "pl"
    assert stage.bot.words_public(None, None, stage.bob.id).language == "en"


@on_stage()
async def test_quotes_stay_in_the_language_of_their_release(stage: Stage) -> None:
    await stage.server_chose(language="pl")
    assert "will be further made available by CEPOL" in (await stage.ask()).text()
