"""What an interaction's token allows after the acknowledgement: follow-ups, and changing what was said."""

from tests.emulator import posting
from tests.emulator.errors import JSON, ApiError, unknown
from tests.emulator.interactions import FOLLOW_UPS_OF_A_USER_INSTALL, Interaction, State
from tests.emulator.messages import Message
from tests.emulator.rest.call import Call, handles
from tests.emulator.rest.callbacks import respond_with


def _interaction(call: Call) -> Interaction:
    if int(call.params["webhook_id"]) != call.platform.world.application.id:
        raise unknown("Webhook")
    interaction = call.platform.interaction(call.params["webhook_token"])
    interaction.require_token()
    return interaction


@handles("execute_webhook")
def follow_up(call: Call) -> JSON | None:
    """Follow up. The first one after a deferral fills the deferred message."""
    interaction = _interaction(call)
    original = interaction.original
    if interaction.state is State.DEFERRED and original is not None and original.loading:
        posting.change(call.platform, original, call.form, call.files)
        message, event = original, "MESSAGE_UPDATE"
    else:
        _count(interaction)
        message, event = respond_with(call, interaction, call.form), "MESSAGE_CREATE"
        interaction.followups.append(message)
    interaction.answered()
    posting.announce(call.platform, message, event)
    return message.payload() if call.query.get("wait", "").lower() in ("true", "1") else None


def _count(interaction: Interaction) -> None:
    guild = interaction.channel.guild
    limited = interaction.by_user_install and not (guild and guild.installed)
    if limited and len(interaction.followups) >= FOLLOW_UPS_OF_A_USER_INSTALL:
        raise ApiError(400, 40094, "This interaction has reached the maximum number of follow-up messages")


def _message(call: Call, interaction: Interaction) -> Message:
    """Find @original, or a message that this interaction made."""
    original = interaction.original
    if "message_id" not in call.params:
        if original is None or original.deleted:
            raise unknown("Message")
        return original
    for message in [original, *interaction.followups, interaction.message]:
        if message is not None and str(message.id) == call.params["message_id"] and not message.deleted:
            return message
    raise unknown("Message")


@handles("get_original_webhook_message", "get_webhook_message")
def shown(call: Call) -> JSON:
    """Show what was said."""
    return _message(call, _interaction(call)).payload()


@handles("update_original_webhook_message", "update_webhook_message")
def changed(call: Call) -> JSON:
    """Change what was said."""
    interaction = _interaction(call)
    message = _message(call, interaction)
    posting.change(call.platform, message, call.form, call.files)
    interaction.answered()
    posting.announce(call.platform, message, "MESSAGE_UPDATE")
    return message.payload()


@handles("delete_original_webhook_message", "delete_webhook_message")
def deleted(call: Call) -> None:
    """Take back what was said."""
    posting.delete(call.platform, _message(call, _interaction(call)))
