"""What `measures doctor` says of one thing."""

from collections.abc import Callable
from dataclasses import dataclass

from corpus import MeasuresError


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked, what is there, and what to do about it: where it is ok, a piece of advice."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


def attempt(name: str, look: Callable[[], str], remedy: str) -> Check:
    """Return what is found, or the error that is met instead, with what to do about it."""
    try:
        return Check(name, ok=True, found=look())
    except MeasuresError as error:
        return Check(name, ok=False, found=str(error), remedy=remedy)
