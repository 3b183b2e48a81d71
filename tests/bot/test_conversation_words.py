"""What the bot says to messages in servers that chose another language: items that no question covers."""

import pytest

from bot.i18n.words import words_for
from tests.bot.test_conversation import CLAIM, owner
from tests.simulation import QUOTE, Chat, Message, simulated

LANGUAGES = ("de", "pl", "pt")


async def told(chat: Chat, text: str, after: Message | None = None) -> Message:
    """Write to the bot, and return its reply."""
    await chat.ada.write(f"{chat.bot_mention} {text}", reply_to=after)
    return chat.messages()[-1]


@simulated()
async def test_message_that_discord_hides_is_pointed_to_in_the_language_of_the_server(chat: Chat) -> None:
    claimed = await chat.bob.write(CLAIM)
    for language, asked in zip(LANGUAGES, ("stimmt das?", "czy to prawda", "isto é verdade?"), strict=True):
        words = words_for(language)
        await chat.server_chose(language=language)
        pointed = await told(chat, asked, claimed)
        assert pointed.text() == words(
            "Discord does not show me that message. Choose “Check against EU releases” in its menu, under Apps, and I "
            "look up what it claims."
        )
        await owner(chat).send(chat.channel, f"{chat.bot_role.mention} {asked}")
        hint = words("Mention me instead of my role, and I can read your question.")
        assert chat.said()[-1] == hint != "Mention me instead of my role, and I can read your question."


@simulated(message_content=True)
async def test_claims_are_checked_and_named_in_the_language_of_the_server(chat: Chat) -> None:
    claimed = await chat.bob.write(CLAIM)
    picture = await chat.bob.write(files=[("cat.png", b"cat")])
    for language, asked in zip(LANGUAGES, ("echt jetzt?", "na pewno?", "verdade?"), strict=True):
        words = words_for(language)
        await chat.server_chose(language=language)
        checked = await told(chat, asked, claimed)
        lines = checked.text().split("\n")
        assert lines[1] == f"{words('The releases say something on this:')} [1]"
        assert QUOTE in lines[2]
        assert lines[4] == words("The releases do not say this.")
        empty = await told(chat, asked, picture)
        assert empty.text() == words("That message holds no text that could be looked up.")


@simulated()
async def test_not_found_says_what_is_known_and_folds_the_nearest_passage_away(chat: Chat) -> None:
    for language in LANGUAGES:
        words = words_for(language)
        await chat.server_chose(language=language)
        missing = await told(chat, "Who won the football match on Sunday?")
        assert missing.text().startswith(f"**{words('Not found: the releases do not hold an answer to this.')}**\n-# ")
        assert QUOTE not in missing.text()
        assert missing.buttons == [
            words("Nearest passage"),
            words("Tell me when a release answers this"),
            *map(words, ("Helpful", "Not helpful", "Delete")),
        ]


@pytest.mark.parametrize(
    ("locale", "follow", "meant", "blame"),
    [
        ("de", "wer leitet es?", "wer leitet Frontex?", "völliger quatsch"),
        ("fr", "qui la dirige ?", "qui dirige Frontex?", "n'importe quoi"),
    ],
)
@simulated()
async def test_what_may_mean_two_things_is_asked_back(
    chat: Chat, locale: str, follow: str, meant: str, blame: str
) -> None:
    words = words_for(locale)
    await chat.server_chose(language=locale)
    chat.ada.locale = locale
    answer = await told(chat, "Will Europol and Frontex share data?")
    asked_back = await chat.ada.reply(answer, follow)
    assert asked_back.text().startswith(words("What do you mean?"))
    assert meant in asked_back.buttons
    read = await chat.ada.click(asked_back, meant)
    assert f"-# {words('Read as: {question}', question=meant)}" in read.text().split("\n")
    offered = await chat.ada.reply(answer, blame)
    assert offered.buttons == [words("Helpful"), words("Not helpful")]
    thanked = await chat.ada.click(offered, words("Helpful"))
    assert thanked.text() == words("Thank you: this is kept without your name.")
