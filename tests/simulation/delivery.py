"""What of the gateway's events simcord leaves out: the languages, and that nothing is heard of channels not seen."""

from collections.abc import Mapping
from typing import Any

import simcord
from simcord.backend.access import channel_accessible

from tests.simulation.person import Person


def deliver_as_discord(env: simcord.Env, people: Mapping[int, Person]) -> None:
    """Put this between simcord's world and the bot."""
    backend = env.backend
    feed = backend.subscribers.pop()

    def deliver(event: str, payload: Mapping[str, Any]) -> None:
        if event.startswith("MESSAGE_") and not channel_accessible(
            backend, int(payload["channel_id"]), backend.bot_user.id
        ):
            return
        feed(event, _in_their_languages(payload) if event == "INTERACTION_CREATE" else payload)

    def _in_their_languages(payload: Mapping[str, Any]) -> Mapping[str, Any]:
        user = payload.get("user") or payload["member"]["user"]
        person = people.get(int(user["id"]))
        languages = {"locale": person.locale} if person else {}
        if "guild_id" in payload:
            languages["guild_locale"] = backend.get_guild(int(payload["guild_id"])).preferred_locale
        return {**payload, **languages}

    backend.subscribers.append(deliver)
