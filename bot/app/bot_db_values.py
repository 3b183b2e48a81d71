"""Values as bot.db holds them."""

import dataclasses
import datetime
import json

from index import Filters


def filters_to_json(filters: Filters) -> str:
    """Return the filters of a question as a text."""
    values = {
        name: value.isoformat() if isinstance(value, datetime.date) else value
        for name, value in dataclasses.asdict(filters).items()
    }
    return json.dumps(values)


def filters_from_json(text: str) -> Filters:
    """Return the filters that a text holds."""
    values = json.loads(text)
    dates = {name: datetime.date.fromisoformat(values[name]) for name in ("since", "until") if values.get(name)}
    return Filters(**values | dates)
