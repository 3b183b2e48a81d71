"""One interaction: who acted, how the bot answered, and what it may still do.

pending ─ack→ deferred ─edit→ answered; or answered, modal, choices, updated at once. Not acknowledged within 3 s, it is
expired for good; 15 minutes after it began, its token is worth nothing.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from tests.emulator import payloads
from tests.emulator.errors import JSON, ApiError, unknown

if TYPE_CHECKING:
    from tests.emulator.channels import Channel
    from tests.emulator.messages import Message
    from tests.emulator.world import User, World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
ACK_WITHIN_S, TOKEN_LIVES_S = 3.0, 900.0
FOLLOW_UPS_OF_A_USER_INSTALL = 5


class State(StrEnum):
    """How far an interaction has come."""

    PENDING = "pending"
    DEFERRED = "deferred"
    ANSWERED = "answered"
    MODAL = "modal"
    CHOICES = "choices"
    EXPIRED = "expired"


@dataclass(slots=True, eq=False)
class Interaction:
    """What a person did, and what came of it."""

    world: "World"
    id: int
    token: str
    kind: int
    user: "User"
    channel: "Channel"
    data: JSON
    owners: dict[str, str]
    began_s: float
    message: "Message | None" = None
    cause: "Interaction | None" = None
    is_context_command: bool = False
    state: State = State.PENDING
    callback_type: int | None = None
    acked_after_s: float | None = None
    answered_after_s: float | None = None
    deferred: bool = False
    ephemeral: bool = False
    original: "Message | None" = None
    followups: list["Message"] = field(default_factory=list)
    modal: JSON | None = None
    choices: list[JSON] | None = None

    @property
    def acked(self) -> bool:
        """Tell whether the bot acknowledged it in time."""
        return self.acked_after_s is not None

    @property
    def overdue(self) -> bool:
        """Tell whether the 3 s for the acknowledgement are over without it."""
        return not self.acked and self._age_s() > ACK_WITHIN_S

    @property
    def by_user_install(self) -> bool:
        """Tell whether it works only because the person installed the application."""
        return "0" not in self.owners

    def require_unacknowledged(self) -> None:
        """Let the bot give its first response.

        :raises ApiError: 10062 too late, 40060 a second time.
        """
        if self.acked:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        if self.state is State.EXPIRED or self._age_s() > ACK_WITHIN_S:
            self.expire()
            raise unknown("Interaction")

    def acknowledge(self, callback_type: int) -> None:
        """Note the bot's first response."""
        self.acked_after_s, self.callback_type = self._age_s(), callback_type

    def expire(self) -> None:
        """Give up waiting: the person reads that the application did not respond."""
        if not self.acked:
            self.state = State.EXPIRED

    def _age_s(self) -> float:
        return self.world.clock.monotonic() - self.began_s

    def require_token(self) -> None:
        """Let the webhook be used.

        :raises ApiError: 10015 before the acknowledgement, 50027 after 15 minutes.
        """
        if not self.acked:
            raise unknown("Webhook")
        if self._age_s() > TOKEN_LIVES_S:
            raise ApiError(401, 50027, "Invalid Webhook Token")

    def answered(self) -> None:
        """Note that the person now sees an answer."""
        if self.answered_after_s is None:
            self.answered_after_s = self._age_s()
        self.state = State.ANSWERED

    def metadata(self) -> JSON:
        """What messages say of the interaction that made them."""
        metadata: JSON = {
            "id": str(self.id),
            "type": self.kind,
            "user": payloads.user(self.user),
            "authorizing_integration_owners": self.owners,
        }
        if self.kind == COMPONENT and self.message is not None:
            metadata["interacted_message_id"] = str(self.message.id)
        if self.kind == COMMAND and self.is_context_command:
            metadata["target_message_id"] = str(self.data["target_id"])
        if self.kind == MODAL_SUBMIT and self.cause is not None:
            metadata["triggering_interaction_metadata"] = self.cause.metadata()
        return metadata
