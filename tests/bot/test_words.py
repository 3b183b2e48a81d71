"""The bot's words in each of its languages: complete, true to the English ones, and within Discord's limits."""

import asyncio
import gettext
import re
import string
from collections.abc import Iterator
from typing import Any

import discord
import pytest
from babel import Locale
from discord.app_commands import TranslationContext, TranslationContextLocation, locale_str

from bot.app.errors import sentence
from bot.i18n.translator import CatalogueTranslator
from bot.i18n.words import ENGLISH, LANGUAGES, words_for, words_of_question
from corpus.agencies.registry import registry
from corpus.errors import QuestionError
from index.agencies.timeline import Series, Timeline
from index.answering.question import readable
from index.conversation.follow_up import continued
from index.text.languages import LANGUAGES as OFFICIAL
from tests.bot import catalogues
from tests.bot.catalogues import SPOKEN, forms, messages, said_by

COUNTS = (0, 1, 2, 5, 12, 22, 1_234, 1_000_000)
COMMANDS = ("ask", "agency", "releases", "diff", "verify", "help", "about", "forget-me", "setup")
OPTIONS = ("question", "agency", "issuer", "since", "until", "private", "name", "query", "before", "after", "answer")
ADMIN_OPTIONS = ("addresses", "file", "title", "date", "language", "url", "force", "release", "generation")
LABELS = ("Follow up", "Check against EU releases")
MOST_SAME_WORDS = 2  # of what is the same in English, as "EU Measures" and "Name: {before} → {after}"
MOST_OPTIONS = 25  # of a select menu in Discord
RELEASES = {
    "bg": ("0 прессъобщения", "1 прессъобщение", "2 прессъобщения", "5 прессъобщения"),
    "cs": ("0 tiskových zpráv", "1 tisková zpráva", "2 tiskové zprávy", "5 tiskových zpráv"),
    "da": ("0 pressemeddelelser", "1 pressemeddelelse", "2 pressemeddelelser", "5 pressemeddelelser"),
    "de": ("0 Pressemitteilungen", "1 Pressemitteilung", "2 Pressemitteilungen", "5 Pressemitteilungen"),
    "el": ("0 δελτία Τύπου", "1 δελτίο Τύπου", "2 δελτία Τύπου", "5 δελτία Τύπου"),
    "es": ("0 comunicados", "1 comunicado", "2 comunicados", "5 comunicados"),
    "et": ("0 pressiteadet", "1 pressiteade", "2 pressiteadet", "5 pressiteadet"),
    "fi": ("0 lehdistötiedotetta", "1 lehdistötiedote", "2 lehdistötiedotetta", "5 lehdistötiedotetta"),
    "fr": ("0 communiqué", "1 communiqué", "2 communiqués", "5 communiqués"),
    "ga": ("0 preaseisiúint", "1 phreaseisiúint", "2 phreaseisiúint", "5 phreaseisiúint"),
    "hr": ("0 priopćenja", "1 priopćenje", "2 priopćenja", "5 priopćenja"),
    "hu": ("0 sajtóközlemény", "1 sajtóközlemény", "2 sajtóközlemény", "5 sajtóközlemény"),
    "it": ("0 comunicati", "1 comunicato", "2 comunicati", "5 comunicati"),
    "lt": ("0 pranešimų spaudai", "1 pranešimas spaudai", "2 pranešimai spaudai", "5 pranešimai spaudai"),
    "lv": ("0 paziņojumu presei", "1 paziņojums presei", "2 paziņojumi presei", "5 paziņojumi presei"),
    "mt": ("0 stqarrijiet", "1 stqarrija", "2 stqarrijiet", "5 stqarrijiet"),
    "nl": ("0 persberichten", "1 persbericht", "2 persberichten", "5 persberichten"),
    "pl": ("0 komunikatów", "1 komunikat", "2 komunikaty", "5 komunikatów"),
    "pt": ("0 comunicados", "1 comunicado", "2 comunicados", "5 comunicados"),
    "ro": ("0 comunicate", "1 comunicat", "2 comunicate", "5 comunicate"),
    "sk": ("0 tlačových správ", "1 tlačová správa", "2 tlačové správy", "5 tlačových správ"),
    "sl": ("0 sporočil za javnost", "1 sporočilo za javnost", "2 sporočili za javnost", "5 sporočil za javnost"),
    "sv": ("0 pressmeddelanden", "1 pressmeddelande", "2 pressmeddelanden", "5 pressmeddelanden"),
}
spoken = pytest.mark.parametrize("language", SPOKEN)


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Give each English sentence with its translations, plural forms one by one."""
    catalogue = catalogues.read(language)
    for message in sorted(messages(), key=str):
        english = message if isinstance(message, str) else message[1]
        yield from ((english, form) for form in forms(catalogue, message))


def names(text: str) -> list[str]:
    """Return the names in braces of a sentence."""
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_extraction_finds_what_stands_in_conditions_errors_notices_and_the_registry() -> None:
    all_messages = messages()
    assert {
        "Not found: the releases do not hold an answer to this.",
        "Answers are public",
        "The message claims nothing that could be looked up.",
        "No release has the issuer “{name}”: there are {known}.",
        "No release names {body}.",
        "Only the person who asked or a moderator can delete this.",
        "Send Messages in Threads",
        "decentralised agency",
        ("{count} release", "{count} releases"),
        "forget-me",
    } <= all_messages
    assert {agency.type for agency in registry().agencies.values()} <= all_messages
    assert said_by("text_window", 1, 2) >= {"Ask about {body}", "Your question", "What is wrong? (optional)"}


@spoken
def test_catalogue_holds_the_messages_of_the_code_and_no_others(language: str) -> None:
    """So does bringing it up to date change nothing: `python -m tests.bot.catalogues` does it where this fails."""
    catalogue = catalogues.read(language)
    assert {message.id for message in catalogue if message.id} == messages()
    assert not catalogue.obsolete
    assert catalogues.path(language).read_bytes() == catalogues.rendered(language, catalogue)


@spoken
def test_every_message_is_translated(language: str) -> None:
    catalogue = catalogues.read(language)
    assert not any(message.fuzzy for message in catalogue)
    for message in messages():
        own_forms = forms(catalogue, message)
        assert len(own_forms) == (catalogue.num_plurals if isinstance(message, tuple) else 1), message
        assert all(own_forms), message


@spoken
def test_translation_has_the_same_names_marks_and_edges(language: str) -> None:
    words = words_for(language)
    for message, translated in pairs(language):
        assert names(translated) == names(message), translated
        assert translated.strip() == translated, translated
        assert "  " not in translated
        assert translated.count("**") == message.count("**"), translated
        commands = re.findall(r"`/([^`]*)`", message)
        assert re.findall(r"`/([^`]*)`", translated) == [words(command) for command in commands]
        assert translated.count("`") == message.count("`")
        for label in LABELS:
            if f"“{label}”" in message:
                assert words(label) in translated


@spoken
def test_sentences_and_the_example_question_are_not_left_in_english(language: str) -> None:
    for message, translated in pairs(language):
        assert "What will" not in translated
        same = re.findall(r"[^\W\d]+", re.sub(r"\{\w+\}", "", message))
        assert translated != message or len(same) <= MOST_SAME_WORDS, translated


FAMILIAR = {
    "de": r"\b(?:du|dir|dich|dein\w*)\b|: (?:Wähle|Schreib|Erlaube|Öffne)\b",
    "fr": r"\b(?:tu|toi|tes|ton)\b|\bt’|\b(?:Choisis|écris|Autorise|Ouvre|reprends)\b",
    "es": r"\b(?:tú|tus|ti|te|Elige|Tienes|Ábrelos)\b|: escribe\b",
    "it": r"\b(?:tu|tu[aeo]|tuoi|te|ti|Scegli|Hai|Aprili)\b",
    "pl": r"\b(?:two(?:je|ich|ja|jego|jej)|ciebie|tobie|cię|Wybierz|Zezwól|Masz|napisz|wybierz|podaj)\b",
}


@pytest.mark.parametrize(("language", "familiar"), FAMILIAR.items())
def test_people_are_addressed_politely_in_all_sentences_alike(language: str, familiar: str) -> None:
    assert [text for _, text in pairs(language) if re.search(familiar, text)] == []


@spoken
def test_every_message_can_be_said(language: str) -> None:
    words = words_for(language)
    assert words.language == language
    for message in messages():
        values = {name: f"<{name}>" for name in names(message if isinstance(message, str) else message[1])}
        if isinstance(message, str):
            said = [words(message, **values)]
        else:
            values.pop("count")
            said = [words.count(*message, count, **values) for count in COUNTS]
        for text in said:
            assert "{" not in text
            assert all(value in text for value in values.values())


@spoken
def test_number_takes_the_form_that_the_catalogue_says(language: str) -> None:
    words, catalogue = words_for(language), catalogues.read(language)
    form = gettext.c2py(catalogue.plural_expr)
    counts = (*range(130), *COUNTS)
    of_each_form = {form(count): count for count in counts}
    plurals = [message for message in messages() if isinstance(message, tuple)]
    for singular, plural in plurals:
        own_forms = forms(catalogue, (singular, plural))
        values = dict.fromkeys(set(names(plural)) - {"count"}, "…")
        # Which form a number takes is the same for all messages.
        for count in counts if plural == plurals[0][1] else of_each_form.values():
            wanted = own_forms[form(count)].format(count=words.number(count), **values)
            assert words.count(singular, plural, count, **values) == wanted


@pytest.mark.parametrize("language", RELEASES)
def test_counts_read_well(language: str) -> None:
    words = words_for(language)
    said = tuple(words.count("{count} release", "{count} releases", count) for count in (0, 1, 2, 5))
    assert said == RELEASES[language]


@spoken
def test_every_plural_form_is_used_and_no_number_mixes_two(language: str) -> None:
    """Numbers of one form in CLDR, as Babel has it, take one form of a catalogue, and each of its forms is taken."""
    catalogue = catalogues.read(language)
    form = gettext.c2py(catalogue.plural_expr)
    taken: dict[str, set[int]] = {}
    for count in (*range(1, 130), *COUNTS[1:]):
        taken.setdefault(Locale(language).plural_form(count), set()).add(form(count))
    # Latvian has a form for 0 alone in gettext, and one for all tens in CLDR; Maltese one for two in CLDR alone.
    assert all(len(forms) == 1 for forms in taken.values()) or language in ("lv", "mt")
    assert {number for forms in taken.values() for number in forms} | {form(0)} == set(range(catalogue.num_plurals))


def test_polish_has_three_forms() -> None:
    words = words_for("pl")
    said = [words.count("{count} year old", "{count} years old", count) for count in (1, 2, 5, 12, 21, 22, 25)]
    assert said == [
        "1 rok temu",
        "2 lata temu",
        "5 lat temu",
        "12 lat temu",
        "21 lat temu",
        "22 lata temu",
        "25 lat temu",
    ]


def test_numbers_and_shares_are_written_as_in_the_language() -> None:
    assert [words_for(language).number(12_345) for language in ("en", "de", "es", "it")] == [
        "12,345",
        "12.345",
        "12.345",
        "12.345",
    ]
    assert re.sub(r"\s", " ", words_for("fr").number(12_345)) == "12 345"
    assert ENGLISH.share(0.28) == "28%"
    assert re.sub(r"\s", " ", words_for("fr").share(0.28)) == "28 %"


def test_error_of_the_core_is_told_in_the_language() -> None:
    with pytest.raises(QuestionError) as raised:
        readable("border " * 1_000)
    assert sentence(words_for("de"), raised.value) == "Die Frage ist länger als 2.000 Zeichen: Fragen Sie kürzer."
    assert sentence(ENGLISH, raised.value) == "The question is longer than 2,000 characters: ask more briefly."


@spoken
def test_names_of_commands_and_options_are_valid_and_unique(language: str) -> None:
    words = words_for(language)
    for group in (COMMANDS, OPTIONS):
        translated = [words(name) for name in group]
        assert len(set(translated)) == len(group)
        for name in translated:
            assert re.fullmatch(r"[-_'\w]{1,32}", name)
            assert name == name.lower()


@spoken
def test_labels_and_descriptions_fit(language: str) -> None:
    words = words_for(language)
    limits = {
        45: said_by("text_window", 1, 2) | said_by("AdminModal", 1) | said_by("Label", "text"),
        80: said_by("button", 0) | said_by("link_button", 0),
        100: said_by("command", "description")
        | said_by("Group", "description")
        | said_by("text_window", "placeholder"),
        150: said_by("Select", "placeholder"),
    }
    limits[100] |= said_by("describe", *OPTIONS, *ADMIN_OPTIONS)
    for limit, results in limits.items():
        assert results
        for message in results:
            text = words(message, **dict.fromkeys(names(message), "European Council"))
            assert len(text) <= limit, text
    assert len(words("Check against EU releases")) <= 32


@spoken
def test_picture_and_its_words_are_drawn_in_the_language(language: str) -> None:
    """A letter that the picture's font lacks is a warning, and so an error."""
    from bot.views.charts import draw_timeline
    from bot.views.wording import alt_text, timeline_source

    words = words_for(language)
    timeline = Timeline(("2024-01", "2024-02"), (Series("europol", (1, 1_500)),), 1_501, "000001")
    source = timeline_source(timeline, words)
    assert words.number(1_501) in source
    assert draw_timeline(timeline, {"europol": "Europol"}, source, words).startswith(b"\x89PNG")
    assert f"{words.number(1_501)} " in alt_text(timeline, words)


@spoken
def test_example_of_a_follow_up_is_one(language: str) -> None:
    example = words_for(language)("And Frontex?")
    assert continued("What will Europol do?", example) == "What will Frontex do?"


@pytest.mark.parametrize("locale", list(discord.Locale))
def test_locale_of_discord_has_its_language(locale: discord.Locale) -> None:
    language = locale.value.partition("-")[0]
    spoken = language if language in LANGUAGES else "en"
    assert words_for(locale.value).language == spoken
    context: TranslationContext[Any, str] = TranslationContext(TranslationContextLocation.other, "")
    translated = asyncio.run(CatalogueTranslator().translate(locale_str("forget-me"), locale, context))
    assert translated == (words_for(spoken)("forget-me") if spoken != "en" else None)


@pytest.mark.parametrize("locale", [None, "", "xx-YY"])
def test_what_is_no_locale_is_english(locale: str | None) -> None:
    assert words_for(locale) is ENGLISH


@pytest.mark.parametrize(
    ("question", "before", "language"),
    [
        ("O que vai fazer a Europol contra a imigração ilegal?", "en", "pt"),
        ("Mit komunikatami co zrobi Europol?", "pl", "pl"),
        ("What will Europol do?", "de", "de"),
        ("Europol?", "es", "es"),
        ("", "fr", "fr"),
    ],
)
def test_question_in_a_language_without_a_locale_is_answered_in_it(question: str, before: str, language: str) -> None:
    assert words_of_question(words_for(before), question).language == language


def test_bot_speaks_all_official_languages_and_the_menu_has_room_for_them() -> None:
    assert tuple(LANGUAGES) == OFFICIAL
    assert len(LANGUAGES) + 1 <= MOST_OPTIONS
