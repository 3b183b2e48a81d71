"""Who reads which language: commands, what everybody sees, what one person sees, direct messages and mentions."""

import re
from collections.abc import Iterator

import pytest
from discord import Locale, Permissions

from bot.i18n.words import LANGUAGES, words_for
from tests.emulator.components import STRING_SELECT, walk
from tests.emulator.errors import JSON
from tests.simulation import QUESTION, QUOTE, Chat, Message, Person, simulated

# The locales of Discord in which the bot speaks, with their languages.
LOCALES = {
    locale.value: language
    for locale in Locale
    if (language := locale.value.partition("-")[0]) in LANGUAGES and language != "en"
}
MOST_CHARS = 8_000  # of a command's names and descriptions together, in the longest of its languages
SOME = ("fr", "es-419", "pl", "el", "fi", "pt-BR")
_CHAT_INPUT = 1


def said(command: JSON, field: str, locale: str) -> str:
    """Return what Discord shows of a command or an option to somebody with a locale."""
    return str((command.get(f"{field}_localizations") or {}).get(locale, command[field]))


def within(command: JSON) -> Iterator[JSON]:
    """Give a command and all that is under it: subcommands and options."""
    yield command
    for option in command.get("options") or []:
        yield from within(option)


def chars(command: JSON) -> int:
    """Return how long a command is for Discord, which counts the longest language of each text."""
    texts = [
        [each[field], *(each.get(f"{field}_localizations") or {}).values()]
        for each in within(command)
        for field in ("name", "description")
        if each.get(field)
    ]
    return sum(max(map(len, languages)) for languages in texts)


def dates(message: Message) -> list[str]:
    """Return the dates in the menu of a list of releases: they are written in the language of the list."""
    return [option["description"] for option in message.components[1]["components"][0]["options"]]


def owner(chat: Chat, locale: str) -> Person:
    """Return somebody who manages the server."""
    return chat.add_person("owner", locale=locale, permissions=Permissions(manage_guild=True))


@simulated()
async def test_commands_are_offered_in_the_language_of_whoever_reads_them(chat: Chat) -> None:
    commands = chat.commands()
    assert {"ask", "agency", "releases", "help", "about", "forget-me", "setup"} <= {item["name"] for item in commands}
    assert max(map(chars, commands)) <= MOST_CHARS
    for locale, language in LOCALES.items():
        words = words_for(language)
        for kind in {command["type"] for command in commands}:
            names = [said(command, "name", locale) for command in commands if command["type"] == kind]
            assert len(set(names)) == len(names)
        for command in commands:
            siblings = command.get("options") or []
            for each in (command, *siblings):
                assert said(each, "name", locale) == words(each["name"])
                assert len(said(each, "name", locale)) <= 32
                if command["type"] == _CHAT_INPUT:
                    assert said(each, "description", locale) == words(each["description"]) != each["description"]
                    assert len(said(each, "description", locale)) <= 100
                    assert re.fullmatch(r"[-_'\w]{1,32}", said(each, "name", locale))
                    assert said(each, "name", locale).islower()
            assert len({said(each, "name", locale) for each in siblings}) == len(siblings)
    ask = next(command for command in commands if command["name"] == "ask")
    assert ask["name_localizations"]["es-ES"] == ask["name_localizations"]["es-419"] == "preguntar"
    assert set(ask["name_localizations"]) == set(LOCALES)


@simulated(administered=True)
async def test_commands_of_administrators_keep_their_names_and_are_described_in_the_language_of_the_reader(
    chat: Chat,
) -> None:
    commands = chat.commands(chat.guild.id)
    assert {command["name"] for command in commands} == {"index", "feeds", "sources"}
    assert max(map(chars, commands)) <= MOST_CHARS
    for each in (item for command in commands for item in within(command)):
        assert not each.get("name_localizations")
        for locale, language in LOCALES.items():
            described = said(each, "description", locale)
            assert described == words_for(language)(each["description"]) != each["description"]
            assert len(described) <= 100


@simulated(administered=True)
async def test_window_of_administrators_speaks_their_language(chat: Chat) -> None:
    chat.open_to_all("index")
    for locale, language in LOCALES.items():
        chat.ada.locale = locale
        window = await chat.ada.command_opens("index add")
        assert window.title == words_for(language)("Add releases from files")


@pytest.mark.parametrize(
    ("locale", "date"),
    [("fr", "15 décembre 2023"), ("de", "15. Dezember 2023"), ("es-ES", "15 de diciembre de 2023"),
     ("es-419", "15 de diciembre de 2023"), ("it", "15 dicembre 2023"), ("pl", "15 grudnia 2023"),
     ("en-US", "15 December 2023"), ("ja", "15 December 2023")],
)  # fmt: skip
@simulated(engine="library")
async def test_what_everybody_sees_is_in_the_language_of_the_server(chat: Chat, locale: str, date: str) -> None:
    chat.locale = locale
    chat.ada.locale = "pl"
    assert dates(await chat.ada.command("releases"))[0] == date


@simulated()
async def test_public_answer_speaks_the_language_of_the_server_around_english_quotes(chat: Chat) -> None:
    chat.locale = "fr"
    chat.ada.locale = "de"
    answer = await chat.ask()
    assert not answer.ephemeral
    assert f"Question\u00a0: {QUESTION}" in answer.text()
    assert QUOTE in answer.text()
    assert "Migrant smuggling" in answer.text()
    assert "il y a" in answer.text()
    assert {"Plus", "Approfondir", "Utile", "Pas utile", "Supprimer", "Contexte"} <= set(answer.buttons)


@simulated()
async def test_what_only_one_person_sees_speaks_their_language(chat: Chat) -> None:
    chat.locale = "fr"
    for locale in SOME:
        language = LOCALES[locale]
        chat.ada.locale = locale
        answer = await chat.ask(private=True)
        assert answer.ephemeral
        assert QUOTE in answer.text()
        assert words_for(language)("More") in answer.buttons
        refused = await chat.ask("?!")
        assert refused.ephemeral
        assert refused.text() == words_for(language)(
            'The question holds no word: ask in a few words, as "What will Europol do?".'
        )


@simulated(engine="library")
async def test_what_a_server_keeps_private_speaks_the_language_of_whoever_asked(chat: Chat) -> None:
    chat.locale = "fr"
    hans = chat.add_person("hans", locale="de")
    message = await chat.ada.command("releases")
    menu = message.components[1]["components"][0]
    outline = await hans.choose(message, menu["placeholder"], [menu["options"][0]["value"]])
    assert outline.text().split("\n")[1].endswith(" · Englisch")
    await chat.server_chose(private=True)
    assert dates(await hans.command("releases"))[0] == "15. Dezember 2023"


@simulated()
async def test_button_under_a_public_answer_speaks_the_language_of_whoever_presses_it(chat: Chat) -> None:
    answer = await chat.ask()
    chat.bob.locale = "pl"
    refused = await chat.bob.click(answer, "Delete")
    assert refused.text() == "Usunąć to może tylko osoba, która zadała pytanie, albo moderator."
    assert (await chat.bob.opens(answer, "Follow up")).title == "Dopytaj"


@simulated()
async def test_language_chosen_in_setup_wins_over_that_of_the_server(chat: Chat) -> None:
    chat.locale = "fr"
    italian = owner(chat, "it")
    shown = await italian.command("setup")
    assert "Impostazioni di questo server" in shown.text()
    menus = [each for each in walk(shown.components) if each["type"] == STRING_SELECT]
    language = next(each for each in menus if "pl" in [option["value"] for option in each["options"]])
    await italian.choose(shown, language["custom_id"], ["pl"])
    answer = await chat.ask()
    assert f"Pytanie: {QUESTION}" in answer.text()
    assert QUOTE in answer.text()
    assert "Więcej" in answer.buttons
    assert "Więcej" in (await chat.mention()).buttons


@simulated()
async def test_mention_speaks_the_language_of_the_server(chat: Chat) -> None:
    chat.ada.locale = "de"
    await chat.ask(private=True)
    answer = await chat.mention(channel=chat.add_server("Un serveur", chat.ada, locale="fr"))
    assert QUOTE in answer.text()
    assert "Plus" in answer.buttons
    assert "More" in (await chat.mention()).buttons


@simulated()
async def test_direct_message_speaks_the_language_of_the_last_interaction(chat: Chat) -> None:
    private = chat.ada.private_channel
    assert "More" in (await chat.mention(channel=private)).buttons
    for locale in SOME:
        language = LOCALES[locale]
        chat.ada.locale = locale
        await chat.ada.command("help")
        answer = await chat.mention(channel=private)
        assert QUOTE in answer.text()
        assert words_for(language)("More") in answer.buttons
    assert "More" in (await chat.bob.mention_bot(QUESTION, channel=chat.bob.private_channel)).buttons


@pytest.mark.parametrize(
    ("question", "language"),
    [("O que vai fazer a Europol contra as redes de imigração ilegal?", "pt"),
     ("Čo urobí Europol proti sieťam prevádzačov migrantov?", "sk"),
     ("Mida teeb Europol rändajate smugeldamise võrgustike vastu?", "et")],
)  # fmt: skip
@simulated()
async def test_question_in_a_language_without_a_locale_is_answered_in_it(
    chat: Chat, question: str, language: str
) -> None:
    label = words_for(language)("Delete")
    assert label in (await chat.ask(question)).buttons
    assert label in (await chat.mention(question)).buttons
    await chat.server_chose(language="fr")
    assert "Supprimer" in (await chat.ask(question)).buttons


@simulated()
async def test_card_of_a_body_is_told_in_the_language_of_the_server(chat: Chat) -> None:
    chat.locale = "fr"
    card = await chat.ada.command("agency", name="CEPOL")
    text = re.sub(r"\\(.)", r"\1", card.text())
    assert "agence décentralisée · Budapest, HU · depuis 2000" in text
    assert "CEPOL\N{NO-BREAK SPACE}: cité dans 1 communiqué et 1 passage" in text
    assert "Operational needs-based training" in text
    assert "Question sur CEPOL" in card.buttons


@simulated()
async def test_setup_names_missing_permissions_as_discord_does(chat: Chat) -> None:
    chat.deny(chat.channel, "send_messages")
    shown = await owner(chat, "de").command("setup")
    assert f"In {chat.channel.mention} kann ich nicht antworten, es fehlt: " in shown.text()
    assert "Nachrichten senden" in shown.text()
