"""`/subscribe` and `/subscriptions`: what people want to be told of, in a channel or by direct message."""

from dataclasses import replace

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands

from bot.app import sending as delivery
from bot.app.admission import Price
from bot.app.client import Interaction, MeasuresBot
from bot.app.clock import now
from bot.app.errors import Refused
from bot.app.permissions import channel_of, is_switched_on, missing_permissions, spelled_out
from bot.app.wanted import wanted
from bot.cogs.ask import Ask, complete_agency
from bot.database.subscriptions import MOST_OF_PERSON, MOST_OF_SERVER, Added
from bot.i18n.words import Words
from bot.user_data import Often, Subscription, new_subscription_id
from bot.views.message import text_view
from bot.views.subscriptions import list_view, subscribed_view
from corpus import QuestionError, registry, undone
from index import MAX_QUESTION_CHARS, Engine, Wanted, WantedKind, is_issuer, readable

_NAME_CHARS = 100
_KNOWN = 8


class Subscriptions(commands.Cog):
    """What people do with subscriptions."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and handle the buttons."""
        self.bot = bot
        bot.buttons.add({"tell": self.tell, "subend": self.end, "subresume": self.resume}, Price.NOTE)
        bot.buttons.add({"subs": self.turn})

    @app_commands.command(
        name=locale_str("subscribe"),
        description=locale_str("Be told of new releases on an EU body, of an issuer, on a subject or a question"),
    )
    @app_commands.rename(
        agency=locale_str("agency"),
        issuer=locale_str("issuer"),
        subject=locale_str("subject"),
        question=locale_str("question"),
        often=locale_str("often"),
        here=locale_str("here"),
    )
    @app_commands.describe(
        agency=locale_str("Releases that name this EU body or a part of it"),
        issuer=locale_str("Releases of this issuer"),
        subject=locale_str("Releases that hold these words together"),
        question=locale_str("A release that answers this question"),
        often=locale_str("At once, or together with others"),
        here=locale_str("Tell everybody in this channel, if you manage it; else you are told by direct message"),
    )
    @app_commands.choices(
        often=[
            Choice(name=locale_str("at once"), value=Often.AT_ONCE.value),
            Choice(name=locale_str("every morning"), value=Often.DAILY.value),
            Choice(name=locale_str("every Monday"), value=Often.WEEKLY.value),
        ]
    )
    async def subscribe(
        self,
        interaction: Interaction,
        agency: Range[str, 1, _NAME_CHARS] | None = None,
        issuer: Range[str, 1, _NAME_CHARS] | None = None,
        subject: Range[str, 1, _NAME_CHARS] | None = None,
        question: Range[str, 1, MAX_QUESTION_CHARS] | None = None,
        often: str = Often.AT_ONCE.value,
        here: bool = False,
    ) -> None:
        """Subscribe to one thing."""
        asked_for = wanted(self.bot.words_private(interaction), agency, issuer, subject, question)
        channel = self._channel(interaction) if here and interaction.guild_id is not None else None
        await self.bot.admission.let_in_or_refuse(interaction, Price.NOTE)
        await self._subscribe(interaction, asked_for, Often(often), channel)

    @subscribe.autocomplete("agency")
    async def complete_agency(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Complete the name of an agency."""
        return complete_agency(typed)

    @subscribe.autocomplete("issuer")
    async def complete_issuer(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Complete the name of an issuer."""
        ask = self.bot.get_cog(Ask.__cog_name__)
        return ask.issuers(typed) if isinstance(ask, Ask) else []

    @app_commands.command(
        name=locale_str("subscriptions"), description=locale_str("List your subscriptions, and end them")
    )
    async def subscriptions(self, interaction: Interaction) -> None:
        """List a person's subscriptions, and those of the channels that the person manages, to the person alone."""
        await self.bot.admission.let_in_or_refuse(interaction, Price.LOOK)
        await delivery.defer(interaction, ephemeral=True)
        await self._show(interaction, 1)

    async def tell(self, interaction: Interaction, rest: str) -> None:
        """Subscribe to a question that nothing answered, for whoever pressed the button."""
        await delivery.defer(interaction, ephemeral=True)
        kept = await self.bot.store.answer(rest)
        if kept is None:
            words = self.bot.words_private(interaction)
            raise Refused(
                words.count(
                    "This answer is older than {count} day or was erased: ask again.",
                    "This answer is older than {count} days or was erased: ask again.",
                    self.bot.settings.answer_days,
                )
            )
        wanted = Wanted(WantedKind.QUESTION, kept.question, kept.filters)
        await self._subscribe(interaction, wanted, Often.AT_ONCE, None)

    async def end(self, interaction: Interaction, rest: str) -> None:
        """End a subscription: the person's own, or one of a channel that the person manages."""
        subscription_id, page = rest.split(":")
        words = self.bot.words_private(interaction)
        if page == "0":  # under a message on what is new, which stays as it is
            await delivery.defer(interaction, ephemeral=True)
        else:
            await delivery.defer_update(interaction)
        subscription = await self.bot.store.read(lambda store: store.subscriptions.subscription(subscription_id))
        if subscription is not None:
            if not _may_end(interaction, subscription):
                raise Refused(words("Only who subscribed, or who manages the channel, can end this."))
            with undone("The subscription was not ended"):
                await self.bot.store.write(lambda store: store.end_subscription(subscription_id))
        if page == "0":
            await delivery.answer(interaction, text_view(words("Ended: nothing more is told of this.")))
        else:
            await self._show(interaction, int(page))

    async def resume(self, interaction: Interaction, rest: str) -> None:
        """Let a paused subscription go on."""
        subscription_id, page = rest.split(":")
        await delivery.defer_update(interaction)
        subscription = await self.bot.store.read(lambda store: store.subscriptions.subscription(subscription_id))
        if subscription is not None and _may_end(interaction, subscription):
            with undone("The subscription was not resumed"):
                await self.bot.store.write(lambda store: store.subscriptions.resume(subscription_id))
        await self._show(interaction, int(page))

    async def turn(self, interaction: Interaction, rest: str) -> None:
        """Turn a page of the list."""
        await delivery.defer_update(interaction)
        await self._show(interaction, int(rest))

    def _channel(self, interaction: Interaction) -> discord.abc.GuildChannel | discord.Thread:
        """Return the channel where somebody who manages it wants everybody to be told.

        :raises Refused: where the person does not manage it, or the bot may not write there.
        """
        words = self.bot.words_private(interaction)
        if not (interaction.permissions.manage_channels or interaction.permissions.manage_guild):
            raise Refused(
                words("Only who manages this channel can have it told here: without `here`, you are told yourself.")
            )
        channel = interaction.channel
        if self._own_guild(interaction) is None or not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
            raise Refused(words("I cannot see this channel."))
        missing = missing_permissions(channel)
        if missing:
            told = spelled_out(words, missing)
            raise Refused(words("I cannot answer in {channel}: {missing}", channel=channel.mention, missing=told))
        if not is_switched_on(self.bot.servers, interaction.guild_id, channel_of(channel)):
            raise Refused(words("I am switched off in this channel: `/setup` chooses where I answer."))
        return channel

    def _own_guild(self, interaction: Interaction) -> int | None:
        """Return the server, where the bot is in it: people may bring its commands into others."""
        return interaction.guild_id if self.bot.get_guild(interaction.guild_id or 0) is not None else None

    async def _subscribe(
        self,
        interaction: Interaction,
        wanted: Wanted,
        often: Often,
        channel: discord.abc.GuildChannel | discord.Thread | None,
    ) -> None:
        """Keep a subscription, after a look at what is served now, which is not new to it."""
        if not interaction.response.is_done():
            await delivery.defer(interaction, ephemeral=True)
        words = self.bot.words_private(interaction)
        if wanted.kind is WantedKind.ISSUER:
            await self._require_issuer(words, wanted.text, interaction.user.id)
        guild_id = self._own_guild(interaction)
        locale = str(interaction.locale)
        if channel is not None:
            locale = self.bot.words_public(guild_id, interaction.guild_locale, interaction.user.id).language
        new = Subscription(
            id=new_subscription_id(),
            owner=interaction.user.id,
            guild=guild_id if channel is not None else None,
            channel=channel.id if channel is not None else None,
            made_in=guild_id if channel is None else None,
            wanted=wanted,
            often=often,
            locale=locale,
            since=now(),
        )
        with undone("You were not subscribed"):
            await self.bot.findings.look(now(), before_first=True)
            new = replace(new, since=now())
            added = await self.bot.store.write(lambda store: store.subscriptions.add(new))
        refusal = _too_many(words, added)
        if refusal is not None:
            raise Refused(refusal)
        await delivery.answer(interaction, subscribed_view(words, new, changed=added is Added.CHANGED))

    async def _require_issuer(self, words: Words, name: str, user_id: int) -> None:
        """Refuse an issuer that neither issued a release nor is an EU body.

        :raises Refused: naming some that did.
        """
        issuers = (await self.bot.with_engine(Engine.corpus, user_id)).issuers
        names_one = registry().find(name).agency is not None or any(is_issuer(name, issuer) for issuer in issuers)
        try:
            readable(name)
        except QuestionError:  # "the" stands in the names of many
            names_one = False
        if not names_one:
            known = ", ".join(issuers[:_KNOWN]) + (" …" if len(issuers) > _KNOWN else "")
            raise Refused(words("No release has the issuer “{name}”: there are {known}.", name=name, known=known))

    async def _show(self, interaction: Interaction, page: int) -> None:
        own = await self.bot.store.read(lambda store: store.subscriptions.of_person(interaction.user.id))
        guild_id = interaction.guild_id
        listed = {each.id: each for each in own}
        if guild_id is not None:
            in_guild = await self.bot.store.read(lambda store: store.subscriptions.in_guild(guild_id))
            listed |= {each.id: each for each in in_guild if _may_end(interaction, each)}
        view = list_view(self.bot.words_private(interaction), list(listed.values()), page)
        await delivery.answer(interaction, view)


def _may_end(interaction: Interaction, subscription: Subscription) -> bool:
    """Tell whether a person may end or resume a subscription: their own, or one of a channel that they manage here."""
    if subscription.owner == interaction.user.id:
        return True
    if subscription.guild is None or subscription.guild != interaction.guild_id:
        return False
    here = subscription.channel == interaction.channel_id
    return interaction.permissions.manage_guild or (here and interaction.permissions.manage_channels)


def _too_many(words: Words, added: Added) -> str | None:
    """Return why a subscription was not kept; None where it was."""
    reasons = {
        Added.TOO_MANY_OF_PERSON: words(
            "You have {count} subscriptions, and a person may have no more: `/subscriptions` ends some.",
            count=MOST_OF_PERSON,
        ),
        Added.TOO_MANY_IN_SERVER: words(
            "This server has {count} subscriptions, and may have no more: `/subscriptions` ends some.",
            count=MOST_OF_SERVER,
        ),
        Added.TOO_MANY: words("So many people have subscribed that I can take no more."),
    }
    return reasons.get(added)


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Subscriptions(bot))
