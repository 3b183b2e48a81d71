"""Threads: under a message, in a channel, as a post of a forum."""

from tests.emulator import payloads, posting
from tests.emulator.channels import Channel
from tests.emulator.errors import JSON, ApiError
from tests.emulator.flags import Kind, Permission
from tests.emulator.rest.call import Call, handles
from tests.emulator.rest.channels import require_here


def _opened(call: Call, channel: Channel, thread_id: int | None = None) -> Channel:
    private = call.form.get("type") == Kind.PRIVATE_THREAD
    bot = call.platform.world.bot
    thread = channel.add_thread(call.form["name"], owner=bot, thread_id=thread_id, private=private)
    thread.auto_archive_minutes = call.form.get("auto_archive_duration") or 1440
    call.platform.changed()
    return thread


@handles("create_thread_from_message")
def under_message(call: Call) -> JSON:
    """Open a thread under a message; its id is the message's."""
    channel = require_here(call, Permission.CREATE_PUBLIC_THREADS | Permission.READ_MESSAGE_HISTORY)
    message = call.platform.world.message(call.params["channel_id"], call.params["message_id"])
    if message.thread is not None:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    message.thread = _opened(call, channel, message.id)
    return payloads.channel(message.thread)


@handles("create_thread")
def in_channel(call: Call) -> JSON:
    """Open a thread, or in a forum a post with its first message."""
    channel = call.platform.world.channel(call.params["channel_id"])
    if channel.kind is Kind.FORUM:
        require_here(call, Permission.SEND_MESSAGES)
        thread = _opened(call, channel)
        bot = call.platform.world.bot
        message = posting.create(call.platform, thread, bot, call.form["message"], call.files)
        posting.announce(call.platform, message)
        return payloads.channel(thread) | {"message": message.payload()}
    private = call.form.get("type") == Kind.PRIVATE_THREAD
    require_here(call, Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS)
    return payloads.channel(_opened(call, channel))


@handles("join_thread")
def joined(call: Call) -> None:
    """Join a thread."""
    require_here(call, Permission.VIEW_CHANNEL).joined.add(call.platform.world.bot.id)


@handles("add_thread_member")
def added(call: Call) -> None:
    """Add somebody to a thread."""
    thread = call.platform.world.channel(call.params["channel_id"])
    require_here(call, Permission.SEND_MESSAGES_IN_THREADS).joined.add(int(call.params["user_id"]))
    call.platform.changed()
    assert thread.kind.is_thread


@handles("update_channel")
def changed(call: Call) -> JSON:
    """Rename, archive or lock a thread."""
    thread = call.platform.world.channel(call.params["channel_id"])
    if thread.owner is not call.platform.world.bot:
        require_here(call, Permission.MANAGE_THREADS if thread.kind.is_thread else Permission.MANAGE_CHANNELS)
    thread.name = call.form.get("name") or thread.name
    for key in ("archived", "locked"):
        if call.form.get(key) is not None:
            setattr(thread, key, call.form[key])
    thread.tell("THREAD_UPDATE" if thread.kind.is_thread else "CHANNEL_UPDATE")
    return payloads.channel(thread)


@handles("delete_channel")
def deleted(call: Call) -> JSON:
    """Delete a thread or a channel."""
    channel = call.platform.world.channel(call.params["channel_id"])
    require_here(call, Permission.MANAGE_THREADS if channel.kind.is_thread else Permission.MANAGE_CHANNELS)
    payload = payloads.channel(channel)
    channel.delete()
    return payload
