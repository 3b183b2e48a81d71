"""Making, changing and deleting messages out of forms that requests sent, and telling sessions of it."""

import mimetypes
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.emulator import components, permissions
from tests.emulator.checks import message_flaws
from tests.emulator.errors import JSON, ApiError, Flaw, InvalidForm
from tests.emulator.flags import Intent, MessageFlag, Permission
from tests.emulator.messages import Attachment, Message
from tests.emulator.recorder import Upload
from tests.emulator.world import Event, Role, User

if TYPE_CHECKING:
    from tests.emulator.channels import Channel
    from tests.emulator.platform import Platform

CDN = "https://cdn.discordapp.com"
SETTABLE = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.IS_COMPONENTS_V2


def create(
    platform: "Platform",
    channel: "Channel",
    author: User,
    form: JSON,
    files: Mapping[str, Upload],
    *,
    settable: int = int(SETTABLE),
    loading: bool = False,
) -> Message:
    """Make a message out of a form, without telling anybody yet.

    :raises ApiError: an invalid form (50035), or an empty one (50006).
    """
    world = platform.world
    message = Message(channel, world.new_id(), author, world.clock.now(), flags=(form.get("flags") or 0) & settable)
    message.nonce = form.get("nonce")
    reference = form.get("message_reference")
    if reference is not None:
        message.reply_to, message.kind = _referenced(platform, channel, reference), 19
    _fill(platform, message, form, files)
    if loading:
        message.flags |= MessageFlag.LOADING
    elif not (message.content or message.embeds or message.components or message.attachments):
        platform.problem(f"an empty message for {channel.name or channel.id}")
        raise ApiError(400, 50006, "Cannot send an empty message")
    world.messages[message.id] = message
    return message


def change(platform: "Platform", message: Message, form: JSON, files: Mapping[str, Upload]) -> None:
    """Change a message; it stays ephemeral if it was, and no longer says "thinking"."""
    flags, v2 = form.get("flags"), MessageFlag.IS_COMPONENTS_V2
    if flags is not None and message.flags & v2 and not flags & v2:
        code = "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG"
        raise InvalidForm(Flaw(("flags",), code, "The flag IS_COMPONENTS_V2 cannot be removed."))
    before = message.flags
    if flags is not None:
        message.flags = (message.flags & ~int(SETTABLE)) | (flags & SETTABLE)
    if message.flags & v2 and not before & v2 and (kept := _legacy_kept(message, form)):
        message.flags = before
        code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
        raise InvalidForm(Flaw((kept,), code, "Set it to null when the flag IS_COMPONENTS_V2 is added."))
    try:
        _fill(platform, message, form, files)
    except ApiError:
        message.flags = before
        raise
    message.flags &= ~MessageFlag.LOADING
    message.edits += 1
    message.edited_at = platform.clock.now()


def _legacy_kept(message: Message, form: JSON) -> str | None:
    return next((key for key in ("content", "embeds") if key not in form and getattr(message, key)), None)


def _fill(platform: "Platform", message: Message, form: JSON, files: Mapping[str, Upload]) -> None:
    if flaws := list(message_flaws(form, flags=message.flags)):
        raise InvalidForm(*flaws)
    attachments = _attachments(platform, message, form, files)
    media = {f"attachment://{each.filename}": _media(each) for each in attachments}
    for path, component in components.located(form.get("components") or [], ("components",)):
        shown = [
            component.get("media"),
            component.get("file"),
            *[each["media"] for each in component.get("items") or []],
        ]
        for item in shown:
            if item and item["url"].startswith("attachment://") and item["url"] not in media:
                raise InvalidForm(Flaw(path, "UNKNOWN_ATTACHMENT", f"No attachment is called {item['url']}."))
    if "content" in form:
        message.content = form["content"] or ""
    if "embeds" in form:
        message.embeds = [{"type": "rich"} | embed for embed in form["embeds"] or []]
    if "components" in form:
        message.components = components.stored(form["components"] or [], media)
    message.attachments = attachments
    _mention(message, form.get("allowed_mentions"))


def _media(attachment: Attachment) -> JSON:
    ids = {"id": str(attachment.id), "attachment_id": str(attachment.id)}
    return ids | {"url": attachment.url, "proxy_url": attachment.url, "content_type": attachment.content_type}


def _attachments(platform: "Platform", message: Message, form: JSON, files: Mapping[str, Upload]) -> list[Attachment]:
    described = {str(each["id"]): each for each in form.get("attachments") or []}
    kept = [each for each in message.attachments if "attachments" not in form or str(each.id) in described]
    new = []
    for key, upload in files.items():
        about = described.get(key.removeprefix("files[").removesuffix("]"), {})
        new.append(attach(platform, message.channel, upload, about.get("filename"), about.get("description")))
    return kept + new


def attach(
    platform: "Platform",
    channel: "Channel",
    upload: Upload,
    filename: str | None = None,
    description: str | None = None,
) -> Attachment:
    """Keep a file for the loopback CDN."""
    name, number = filename or upload.filename, platform.world.new_id()
    path = f"/attachments/{channel.id}/{number}/{name}"
    platform.world.files[path] = upload.data
    content_type = mimetypes.guess_type(name)[0] or upload.content_type
    return Attachment(number, name, upload.data, content_type, f"{CDN}{path}", description)


def _referenced(platform: "Platform", channel: "Channel", reference: JSON) -> Message | None:
    message = platform.world.messages.get(int(reference["message_id"]))
    if message is not None and not message.deleted and message.channel is channel:
        if channel.guild and not permissions.may(channel, platform.world.bot, Permission.READ_MESSAGE_HISTORY):
            code = "REPLIES_CANNOT_REPLY_WITHOUT_READ_MESSAGE_HISTORY"
            flaw = Flaw(("message_reference",), code, "Cannot reply without permission to read message history")
            raise ApiError(400, 50035, "Invalid Form Body", [flaw])
        return message
    if reference.get("fail_if_not_exists") is False:
        return None
    flaw = Flaw(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    raise ApiError(400, 50035, "Invalid Form Body", [flaw])


def _mention(message: Message, allowed: JSON | None) -> None:
    """Work out whom a message mentions, and whom it would notify."""
    text = "\n".join([message.content, *components.text_displays(message.components)])
    world, guild = message.channel.world, message.channel.guild
    results = dict.fromkeys(int(number) for number in re.findall(r"<@!?(\d+)>", text))
    users = [world.users[number] for number in results if number in world.users]
    roles = [role for role in (guild.roles if guild else []) if role.mention in text]
    everyone = bool(guild) and re.search(r"@(everyone|here)\b", text) is not None
    may_everyone = permissions.may(message.channel, message.author, Permission.MENTION_EVERYONE)
    parse = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or [])
    ids = {int(number) for key in ("users", "roles") for number in (allowed or {}).get(key) or []}
    pings: set[User | Role | str] = {user for user in users if "users" in parse or user.id in ids}
    pings |= {role for role in roles if "roles" in parse or role.id in ids}
    message.mention_everyone = everyone and "everyone" in parse and may_everyone
    replies_ping = True if allowed is None else bool(allowed.get("replied_user"))
    if message.reply_to is not None and replies_ping:
        pings.add(message.reply_to.author)
    message.pings = pings | ({"everyone"} if message.mention_everyone else set())
    message.mentions = [user for user in pings if isinstance(user, User)]
    message.mention_roles = [role for role in pings if isinstance(role, Role)]


def announce(platform: "Platform", message: Message, event: str = "MESSAGE_CREATE") -> None:
    """Tell the sessions of a message, new or changed, that the bot can see."""
    if _seen_by_bot(message):
        data, blank = message.event_payload(blank=False), message.event_payload(blank=True)
        platform.world.dispatch(Event(event, data, blank, _intent(message.channel), _guild_id(message.channel)))
    platform.changed()


def delete(platform: "Platform", message: Message) -> None:
    """Delete a message."""
    message.deleted = True
    if _seen_by_bot(message):
        data: JSON = {"id": str(message.id), "channel_id": str(message.channel.id)}
        guild_id = _guild_id(message.channel)
        data |= {"guild_id": str(guild_id)} if guild_id else {}
        platform.world.dispatch(Event("MESSAGE_DELETE", data, needs=_intent(message.channel), guild_id=guild_id))
    platform.changed()


def _seen_by_bot(message: Message) -> bool:
    bot = message.channel.world.bot
    return not message.ephemeral and permissions.may(message.channel, bot, Permission.VIEW_CHANNEL)


def _intent(channel: "Channel") -> Intent:
    return Intent.GUILD_MESSAGES if channel.guild else Intent.DIRECT_MESSAGES


def _guild_id(channel: "Channel") -> int | None:
    return channel.guild.id if channel.guild else None
