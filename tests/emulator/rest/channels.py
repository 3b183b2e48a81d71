"""Messages in channels, with the permissions that they take; the private channel of a person with the bot."""

from tests.emulator import payloads, posting
from tests.emulator.errors import JSON, ApiError, missing_permissions
from tests.emulator.flags import Permission
from tests.emulator.permissions import may, require
from tests.emulator.rest.call import Call, handles


@handles("create_message")
def send(call: Call) -> JSON:
    """Send a message; one with the nonce of an earlier one is that one, where the nonce is enforced."""
    channel = call.platform.world.channel(call.params["channel_id"])
    require(channel, call.platform.world.bot, Permission.SEND_MESSAGES)
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
    """List messages of a channel, the newest or the next after one; whoever may not read what was is given none."""
    channel = call.platform.world.channel(call.params["channel_id"])
    require(channel, call.platform.world.bot, Permission.VIEW_CHANNEL)
    if not may(channel, call.platform.world.bot, Permission.READ_MESSAGE_HISTORY):
        return []
    after, limit = int(call.query.get("after", "0")), int(call.query.get("limit", "50"))
    messages = [each for each in channel.messages if each.id > after and not each.deleted and not each.ephemeral]
    return [each.payload() for each in (messages[:limit] if after else messages[-limit:])][::-1]


@handles("update_message")
def changed(call: Call) -> JSON:
    """Change an own message."""
    require(call.platform.world.channel(call.params["channel_id"]), call.platform.world.bot, Permission.VIEW_CHANNEL)
    message = call.platform.world.messages.get(int(call.params["message_id"]))
    if message is None or message.deleted or message.ephemeral:
        raise ApiError(404, 10008, "Unknown Message")
    if message.author is not call.platform.world.bot:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    posting.change(call.platform, message, call.form, call.files)
    posting.announce(call.platform, message, "MESSAGE_UPDATE")
    return message.payload()


@handles("create_dm")
def private_channel(call: Call) -> JSON:
    """Open the direct messages with a person, or find them."""
    world = call.platform.world
    person = world.users.get(int(call.form["recipient_id"]))
    if person is None:
        raise ApiError(400, 50033, "Invalid Recipient(s)")
    return payloads.channel(world.private_channel(person))
