"""First responses to interactions."""

from tests.emulator import posting
from tests.emulator.check_forms import choices_flaws, modal_flaws
from tests.emulator.errors import JSON, Flaw, InvalidForm, unknown
from tests.emulator.flags import MessageFlag, Permission
from tests.emulator.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interaction, State
from tests.emulator.messages import CONTEXT_RESPONSE, REPLY, SLASH_RESPONSE, Message
from tests.emulator.permissions import may
from tests.emulator.rest.call import Call, handles

MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
_FITTING = {
    COMMAND: (MESSAGE, DEFER, MODAL),
    COMPONENT: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE, MODAL),
    AUTOCOMPLETE: (CHOICES,),
    MODAL_SUBMIT: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE),
}


@handles("create_interaction_response")
def respond(call: Call) -> JSON | None:
    """Acknowledge an interaction, once and in time."""
    interaction = call.platform.interactions.get(call.params["interaction_token"])
    if interaction is None or str(interaction.id) != call.params["interaction_id"]:
        raise unknown("Interaction")
    kind = call.form["type"]
    data = call.form.get("data") or {}
    _check(interaction, kind, call.form)
    interaction.require_unacknowledged()
    effect = {MESSAGE: _message, DEFER: _defer, DEFER_UPDATE: _defer_update, UPDATE: _update}.get(kind)
    message = effect(call, interaction, data) if effect else None
    if kind == CHOICES:
        interaction.choices, interaction.state = data["choices"], State.CHOICES
    elif kind == MODAL:
        interaction.modal, interaction.state = data, State.MODAL
    interaction.acknowledge(kind)
    if message is not None and kind != DEFER_UPDATE:
        posting.announce(call.platform, message, "MESSAGE_UPDATE" if kind == UPDATE else "MESSAGE_CREATE")
    call.platform.changed()
    return _answer(interaction, kind) if call.query.get("with_response", "").lower() in ("true", "1") else None


def _check(interaction: Interaction, kind: int, form: JSON) -> None:
    flaws: list[Flaw] = []
    if kind not in _FITTING[interaction.kind]:
        message = f"An interaction of type {interaction.kind} takes no response of type {kind}."
        flaws.append(Flaw(("type",), "INTERACTION_TYPE_INVALID", message))
    elif kind in (DEFER_UPDATE, UPDATE) and interaction.message is None:
        flaws.append(Flaw(("type",), "INTERACTION_TYPE_INVALID", "There is no message to update."))
    data: JSON = form.get("data") or {}
    if not data and kind in (MESSAGE, UPDATE):
        flaws.append(Flaw(("data",), "BASE_TYPE_REQUIRED", "This field is required."))
    if kind == CHOICES:
        flaws += choices_flaws(("data", "choices"), data["choices"])
    if kind == MODAL:
        flaws += modal_flaws(data)
    if flaws:
        raise InvalidForm(*flaws)


def _message(call: Call, interaction: Interaction, data: JSON) -> Message:
    message = respond_with(call, interaction, data)
    interaction.original = message
    interaction.ephemeral = message.ephemeral
    interaction.answered()
    return message


def _defer(call: Call, interaction: Interaction, data: JSON) -> Message:
    message = respond_with(call, interaction, data, loading=True)
    interaction.original = message
    interaction.deferred, interaction.ephemeral = True, message.ephemeral
    interaction.state = State.DEFERRED
    return message


def _defer_update(call: Call, interaction: Interaction, data: JSON) -> Message | None:
    interaction.original, interaction.state = interaction.message, State.DEFERRED
    interaction.ephemeral = bool(interaction.message and interaction.message.ephemeral)
    return None


def _update(call: Call, interaction: Interaction, data: JSON) -> Message | None:
    assert interaction.message is not None
    posting.change(call.platform, interaction.message, data, call.files)
    interaction.original = interaction.message
    interaction.ephemeral = interaction.message.ephemeral
    interaction.answered()
    return interaction.message


def respond_with(call: Call, interaction: Interaction, data: JSON, *, loading: bool = False) -> Message:
    """Make a message that answers an interaction; one that a person's own install brought may have to be ephemeral."""
    settable = int(posting.SETTABLE | MessageFlag.EPHEMERAL)
    channel, world = interaction.channel, call.platform.world
    message = posting.create(call.platform, channel, world.bot, data, call.files, settable=settable, loading=loading)
    message.interaction, message.webhook_id = interaction, world.application.id
    if interaction.original is not None:
        message.kind, message.reply_to = REPLY, interaction.original
    elif interaction.message is not None:
        message.kind, message.reply_to = REPLY, interaction.message
    else:
        message.kind = CONTEXT_RESPONSE if interaction.is_context_command else SLASH_RESPONSE
    external_ok = may(channel, interaction.user, Permission.USE_EXTERNAL_APPS)
    if interaction.by_user_install and channel.guild and not external_ok:
        message.flags |= MessageFlag.EPHEMERAL
    return message


def _answer(interaction: Interaction, kind: int) -> JSON:
    about: JSON = {"id": str(interaction.id), "type": interaction.kind, "channel_id": str(interaction.channel.id)}
    if interaction.channel.guild:
        about["guild_id"] = str(interaction.channel.guild.id)
    message = interaction.original
    if message is not None:
        about["response_message_id"] = str(message.id)
        about["response_message_loading"] = message.loading
        about["response_message_ephemeral"] = message.ephemeral
    answer: JSON = {"interaction": about}
    if kind in (MESSAGE, UPDATE) and message is not None:
        answer["resource"] = {"type": kind, "message": message.payload()}
    return answer
