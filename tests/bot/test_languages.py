"""Who reads which language: commands, what everybody sees, what one person sees, direct messages and mentions."""

import re
from collections.abc import Iterator

from bot.words import words_for
from index.engine import Engine
from tests.simulation import NEEDED, QUESTION, QUOTE, Chat, Message, Person, refusal, simulated
from tests.emulator.channels import Channel
from tests.emulator.components import walk
from tests.emulator.errors import JSON

LOCALES = {"fr": "fr", "de": "de", "es-ES": "es", "es-419": "es", "it": "it", "pl": "pl"}
MORE = {"en": "More", "fr": "Plus", "de": "Mehr", "es": "Más", "it": "Altro", "pl": "Więcej"}
_CHAT_INPUT = 1
_STRING_SELECT = 3


def french_channel(chat: Chat) -> Channel:
    """Make a French server with the bot and Ada in it, and a channel there."""
    guild = chat.emulator.add_guild("Un serveur", locale="fr")
    guild.bot_permissions = int(NEEDED)
    guild.add_member(chat.ada)
    return guild.add_channel("général")


def said(command: JSON, field: str, locale: str) -> str:
    """Return what Discord shows of a command or an option to somebody with a locale."""
    return str((command.get(f"{field}_localizations") or {}).get(locale, command[field]))


def within(command: JSON) -> Iterator[JSON]:
    """Give a command and all that is under it: subcommands and options."""
    yield command
    for option in command.get("options") or []:
        yield from within(option)


@simulated()
async def test_commands_are_offered_in_the_language_of_whoever_reads_them(chat: Chat) -> None:
    commands = chat.emulator.commands.listed()
    assert {"ask", "agency", "releases", "help", "about", "forget-me", "setup"} <= {one["name"] for one in commands}
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
async def test_commands_of_administrators_keep_their_names_and_are_described_in_the_language_of_the_reader(chat: Chat) -> None:
    commands = chat.emulator.commands.listed(chat.guild.id)
    assert {command["name"] for command in commands} == {"index", "feeds"}
    for each in (one for command in commands for one in within(command)):
        assert not each.get("name_localizations")
        for locale, language in LOCALES.items():
            described = said(each, "description", locale)
            assert described == words_for(language)(each["description"]) != each["description"]
            assert len(described) <= 100


@simulated(administered=True)
async def test_window_of_administrators_speaks_their_language(chat: Chat) -> None:
    for locale, language in LOCALES.items():
        chat.ada.locale = locale
        shown = await chat.ada.command("index add", override=True)
            assert shown.title == words_for(language)("Add releases from files")


@simulated()
async def test_public_answer_speaks_the_language_of_the_server_around_english_quotes(chat: Chat) -> None:
    channel = french_channel(chat)
    chat.ada.locale = "de"
    message = await chat.ada.command("ask", channel=channel, question=QUESTION)
    answer = await chat.answered(interaction)
    assert not answer.ephemeral
    assert f"Question\u00a0: {QUESTION}" in answer.text()
    assert QUOTE in answer.text()
    assert "Migrant smuggling" in answer.text()
    assert "il y a" in answer.text()
    assert {"Plus", "Approfondir", "Utile", "Pas utile", "Supprimer", "Contexte"} <= set(answer.buttons)


@simulated()
async def test_what_only_one_person_sees_speaks_their_language(chat: Chat) -> None:
    channel = french_channel(chat)
    for locale, language in LOCALES.items():
        chat.ada.locale = locale
        message = await chat.ada.command("ask", channel=channel, question=QUESTION, private=True)
        answer = await chat.answered(interaction)
        assert answer.ephemeral
        assert QUOTE in answer.text()
        assert MORE[language] in answer.buttons
        refused = await chat.ada.command("ask", channel=channel, question="?!")
        assert refused.original is not None
        assert refused.original.ephemeral
        assert refused.original.text() == words_for(language)(
            'The question holds no word: ask in a few words, as "What will Europol do?".'
        )


@simulated()
async def test_button_under_a_public_answer_speaks_the_language_of_whoever_presses_it(chat: Chat) -> None:
    answer = await chat.ask()
    chat.bob.locale = "pl"
    pressed = await chat.bob.click(answer, "Delete")
    assert pressed.original is not None
    assert pressed.original.text() == "Usunąć to może tylko osoba, która zadała pytanie, albo moderator."
    pressed = await chat.bob.click(answer, "Follow up")
    assert pressed.modal is not None
    assert pressed.modal["title"] == "Dopytaj"


@simulated()
async def test_language_chosen_in_setup_wins_over_that_of_the_server(chat: Chat) -> None:
    channel = french_channel(chat)
    assert channel.guild is not None
    owner = channel.guild.owner
    owner.locale = "it"
    shown = await owner.command("setup", channel=channel)
    assert shown.original is not None
    assert "Impostazioni di questo server" in shown.original.text()
    menus = [one for one in walk(shown.original.components) if one["type"] == _STRING_SELECT]
    language = next(one for one in menus if "pl" in [option["value"] for option in one["options"]])
    chosen = await owner.choose(shown.original, language["custom_id"], ["pl"])
    assert chosen.acked
    answer = await chat.ada.command("ask", question=QUESTION, channel=channel)
    assert f"Pytanie: {QUESTION}" in answer.text()
    assert "Więcej" in answer.buttons
    mentioned = await chat.mention(QUESTION, channel=channel)
    assert "Więcej" in mentioned.buttons


@simulated()
async def test_mention_speaks_the_language_of_the_server(chat: Chat) -> None:
    chat.ada.locale = "de"
    await chat.ask(private=True)
    answer = await chat.mention(QUESTION, channel=french_channel(chat))
    assert QUOTE in answer.text()
    assert "Plus" in answer.buttons
    assert "More" in (await chat.mention(QUESTION)).buttons


@simulated()
async def test_direct_message_speaks_the_language_of_the_last_interaction(chat: Chat) -> None:
    channel = chat.ada.private_channel
    assert "More" in (await chat.mention(QUESTION, channel=channel)).buttons
    for locale, language in LOCALES.items():
        chat.ada.locale = locale
        await chat.ada.command("help")
        answer = await chat.mention(QUESTION, channel=channel)
        assert QUOTE in answer.text()
        assert MORE[language] in answer.buttons


@simulated()
async def test_card_of_a_body_is_told_in_the_language_of_the_server(chat: Chat) -> None:
    channel = french_channel(chat)
    card = await chat.ada.command("agency", name="CEPOL", channel=channel)
    text = re.sub(r"\\(.)", r"\1", card.text())
    assert "agence décentralisée · Budapest, HU · depuis 2000" in text
    assert "CEPOL : cité dans 1 communiqué et 1 passage" in text
    assert "Operational needs-based training" in text
    assert "Question sur CEPOL" in card.buttons


@simulated()
async def test_setup_names_missing_permissions_as_discord_does(chat: Chat) -> None:
    chat.guild.owner.locale = "de"
    chat.guild.bot_permissions = 0
    chat.guild.change_role(chat.guild.everyone, int(chat.guild.everyone.permissions) & ~0x800)
    shown = await chat.guild.owner.command("setup")
    assert shown.original is not None
    assert f"In <#{chat.channel.id}> kann ich nicht antworten, es fehlt: " in shown.original.text()
    assert "Nachrichten senden" in shown.original.text()
