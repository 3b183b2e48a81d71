"""Messages, reactions and typing in channels, with the permissions they take."""

from urllib.parse import unquote

from tests.emulator import posting
from tests.emulator.channels import Channel
from tests.emulator.errors import JSON, ApiError, missing_permissions
from tests.emulator.flags import Kind, Permission
from tests.emulator.messages import Message
from tests.emulator.permissions import may, require, send_permission
from tests.emulator.rest.call import Call, handles

READ = Permission.READ_MESSAGE_HISTORY


def require_here(call: Call, permission: Permission) -> Channel:
    """Find the call's channel, if the bot may do this there."""
    channel = call.platform.world.channel(call.params["channel_id"])
    require(channel, call.platform.world.bot, permission)
    return channel


def _message(call: Call, permission: Permission = READ) -> Message:
    require_here(call, permission)
    message = call.platform.world.message(call.params["channel_id"], call.params["message_id"])
    if message.ephemeral:
        raise ApiError(404, 10008, "Unknown Message")
    return message


@handles("create_message")
def send(call: Call) -> JSON:
    """Send a message; one with the nonce of an earlier one is that one, where the nonce is enforced."""
    channel = call.platform.world.channel(call.params["channel_id"])
    require(channel, call.platform.world.bot, send_permission(channel))
    if channel.kind in (Kind.FORUM, Kind.CATEGORY):
        raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
    if channel.archived and channel.locked:
        raise ApiError(400, 50083, "Thread is archived")
    if call.files and not may(channel, call.platform.world.bot, Permission.ATTACH_FILES):
        raise missing_permissions()
    nonce, nonces = call.form.get("nonce"), call.platform.world.nonces
    key = f"{channel.id}:{nonce}"
    if nonce is not None and call.form.get("enforce_nonce") and key in nonces:
        return nonces[key].payload()
    message = posting.create(call.platform, channel, call.platform.world.bot, call.form, call.files)
    if nonce is not None:
        nonces[key] = message
    posting.announce(call.platform, message)
    return message.payload()


@handles("list_messages")
def listed(call: Call) -> list[JSON]:
    """List messages, newest first; none without Read Message History."""
    channel = require_here(call, Permission.VIEW_CHANNEL)
    if not may(channel, call.platform.world.bot, READ):
        return []
    before, after = int(call.query.get("before", 1 << 63)), int(call.query.get("after", 0))
    found = [one for one in channel.messages if not one.ephemeral and after < one.id < before]
    found.sort(key=lambda one: one.id, reverse="after" not in call.query)
    found = found[: int(call.query.get("limit", 50))]
    return [_readable(call, one) for one in sorted(found, key=lambda one: one.id, reverse=True)]


def _readable(call: Call, message: Message) -> JSON:
    return message.payload(blank=not call.platform.world.application.reads_messages)


@handles("get_message")
def shown(call: Call) -> JSON:
    """Show a message."""
    return _readable(call, _message(call))


@handles("update_message")
def changed(call: Call) -> JSON:
    """Change an own message."""
    message = _message(call, Permission.VIEW_CHANNEL)
    if message.author is not call.platform.world.bot:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    posting.change(call.platform, message, call.form, call.files)
    posting.announce(call.platform, message, "MESSAGE_UPDATE")
    return message.payload()


@handles("delete_message")
def deleted(call: Call) -> None:
    """Delete an own message, or with Manage Messages another's."""
    own = call.platform.world.message(call.params["channel_id"], call.params["message_id"])
    is_own = own.author is call.platform.world.bot
    posting.delete(call.platform, _message(call, Permission.VIEW_CHANNEL if is_own else Permission.MANAGE_MESSAGES))


@handles("add_my_message_reaction")
def reacted(call: Call) -> None:
    """React. A new emoji takes Add Reactions, every one Read Message History."""
    emoji = unquote(call.params["emoji_name"])
    message = _message(call)
    if emoji not in message.reactions:
        require_here(call, Permission.ADD_REACTIONS)
    posting.react(call.platform, message, call.platform.world.bot, emoji)


@handles("delete_my_message_reaction")
def unreacted(call: Call) -> None:
    """Take a reaction back."""
    emoji = unquote(call.params["emoji_name"])
    posting.react(call.platform, _message(call), call.platform.world.bot, emoji, remove=True)


@handles("trigger_typing_indicator")
def typing(call: Call) -> None:
    """Show "is typing…"."""
    channel = call.platform.world.channel(call.params["channel_id"])
    require(channel, call.platform.world.bot, send_permission(channel))
    channel.typing += 1


@handles("create_pin", "deprecated_create_pin")
def pinned(call: Call) -> None:
    """Pin a message."""
    _pin(call, pinned=True)


@handles("delete_pin", "deprecated_delete_pin")
def unpinned(call: Call) -> None:
    """Take a message off the pins."""
    _pin(call, pinned=False)


def _pin(call: Call, *, pinned: bool) -> None:
    message = _message(call, Permission.PIN_MESSAGES)
    message.pinned = pinned
    posting.announce(call.platform, message, "MESSAGE_UPDATE")
