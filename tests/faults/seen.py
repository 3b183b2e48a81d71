"""What people saw who asked while something was killed."""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.emulator import State
from tests.emulator.channels import Channel
from tests.emulator.interactions import Interaction
from tests.emulator.messages import Message

NOTHING = "nothing"


@dataclass(slots=True)
class Asked:
    """A question by command or by mention, and what was away when it was asked."""

    away: str
    began_s: float
    channel: Channel
    interaction: Interaction | None = None
    message: Message | None = None
    took_s: float = 0.0

    def ended(self, away: str) -> None:
        """Note how long the person waited, and what was away at the end where nothing was at the beginning."""
        self.took_s = time.monotonic() - self.began_s
        if self.away == "nothing":
            self.away = away

    def is_under_way(self) -> bool:
        """Tell whether somebody waits for an answer."""
        return not self.took_s

    def told(self) -> list[Message]:
        """Return what the bots wrote to whoever asked."""
        if self.interaction is not None:
            first = self.interaction.original if self.interaction.state is State.ANSWERED else None
            return [*([first] if first is not None else []), *self.interaction.followups]
        return [each for each in self.channel.messages if each.reply_to is self.message and not each.deleted]

    def is_told(self) -> bool:
        """Tell whether the person need wait no longer: something was said, or Discord said that nothing will be."""
        if self.interaction is not None and not self.interaction.acked:
            return self.interaction.state is State.EXPIRED
        return bool(self.told())

    def answers(self) -> set[str]:
        """Return the ids that the buttons of what the person was told carry."""
        return {
            answer_id for each in self.told() for answer_id in re.findall(r"b:[a-z]+:([^:']+)", str(each.components))
        }

    def seen(self) -> str:
        """Say what the person saw in the end."""
        told = self.told()
        answers = sum("[1]" in each.text() for each in told)
        if answers > 1:
            return "answered twice"
        if answers and len(told) == 1:
            return "answered once"
        if told:
            sentences = [re.sub(r"\d+", "N", each.text().splitlines()[0]) for each in told if "[1]" not in each.text()]
            return f"{'answered, and ' if answers else ''}{' / '.join(sentences)}"
        if self.interaction is not None and not self.interaction.acked:
            return f"{NOTHING}: the application did not respond"
        return f"{NOTHING}: {'thinking, without end' if self.interaction else 'no reply'}"

    def is_lost(self) -> bool:
        """Tell whether the person saw nothing."""
        return self.seen().startswith(NOTHING)

    def after(self, killed_at: Sequence[tuple[float, str]]) -> str:
        """Say when it was asked: how long after the kill before its end, which may be before it began."""
        at_s, what = max((kill for kill in killed_at if kill[0] < self.began_s + self.took_s), default=(0.0, NOTHING))
        return f"asked {self.began_s - at_s:+.1f} s from the kill of {what}"


def seen_of(asked: Sequence[Asked]) -> Iterator[str]:
    """Yield lines with how many saw what, and how long the slowest waited, by what was away when they asked."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    slowest: dict[str, float] = {}
    for each in asked:
        counted[each.away][each.seen()] += 1
        slowest[each.away] = max(slowest.get(each.away, 0.0), each.took_s)
    for away, seen in counted.items():
        yield f"{away} away: {seen.total()} asked, the slowest waited {slowest[away]:.1f} s"
        for what, count in seen.most_common():
            yield f"{count:>6}  {what}"
    whole = Counter(each.seen() for each in asked)
    yield f"in all: {'; '.join(f'{count} {what}' for what, count in whole.most_common())}"
