"""Forms that Discord refuses: messages, commands, first responses of interactions."""

from typing import Any

V2 = 1 << 15
TEXT: dict[str, Any] = {"type": 10, "content": "x"}


def button(**fields: object) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "x", "custom_id": "x"} | fields


def row(*inner: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(inner)}


def v2(*components: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"flags": V2, "components": list(components)} | fields


def menu(count: int = 1, **fields: object) -> dict[str, Any]:
    options = [{"label": f"{number}", "value": f"{number}"} for number in range(count)]
    return {"type": 3, "custom_id": "m", "options": options} | fields


def command(**fields: object) -> dict[str, Any]:
    return {"name": "ask", "description": "Ask.", "type": 1} | fields


def option(**fields: object) -> dict[str, Any]:
    return {"name": "question", "description": "What.", "type": 3} | fields


def modal(*components: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"type": 9, "data": {"custom_id": "m", "title": "t", "components": list(components)} | fields}


def label(component: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"type": 18, "label": "l", "component": component} | fields


def entry(**fields: object) -> dict[str, Any]:
    return {"type": 4, "custom_id": "t", "style": 1} | fields


FORTY_ONE = [{"type": 10, "content": f"{number}"} for number in range(41)]
WRONG_MESSAGES: dict[str, dict[str, Any]] = {
    "content over 2000": {"content": "x" * 2001},
    "unknown field": {"content": "x", "kontent": "y"},
    "wrong type": {"content": 5},
    "embeds over 6000 in sum": {"embeds": [{"description": "x" * 3001}] * 2},
    "embed title over 256": {"embeds": [{"title": "x" * 257}]},
    "eleven embeds": {"embeds": [{"title": "x"}] * 11},
    "six rows": {"content": "x", "components": [row(button(custom_id=f"{number}")) for number in range(6)]},
    "an empty row": {"content": "x", "components": [row()]},
    "six buttons in a row": {"content": "x", "components": [row(*[button(custom_id=f"{n}") for n in range(6)])]},
    "a menu beside a button": {"content": "x", "components": [row(button(), menu())]},
    "button without custom_id": {"content": "x", "components": [row(button(custom_id=None))]},
    "button without label": {"content": "x", "components": [row(button(label=None))]},
    "button with url and custom_id": {"content": "x", "components": [row(button(style=5, url="https://x.eu"))]},
    "link without url": {"content": "x", "components": [row(button(style=5, custom_id=None))]},
    "link to javascript": {"content": "x", "components": [row(button(style=5, custom_id=None, url="javascript:x"))]},
    "link over 512": {
        "content": "x",
        "components": [row(button(style=5, custom_id=None, url="https://x.eu/" + "x" * 500))],
    },
    "label over 80": {"content": "x", "components": [row(button(label="x" * 81))]},
    "custom_id over 100": {"content": "x", "components": [row(button(custom_id="x" * 101))]},
    "custom_id twice": {"content": "x", "components": [row(button(), button())]},
    "component id twice": v2(TEXT | {"id": 7}, TEXT | {"id": 7}),
    "unknown component": {"content": "x", "components": [{"type": 99}]},
    "26 options": {"content": "x", "components": [row(menu(26))]},
    "no options": {"content": "x", "components": [row(menu(0))]},
    "an option value twice": {
        "content": "x",
        "components": [row(menu(options=[{"label": "a", "value": "a"}, {"label": "b", "value": "a"}]))],
    },
    "more values than options": {"content": "x", "components": [row(menu(2, max_values=3))]},
    "V2 component without the flag": {"content": "x", "components": [TEXT]},
    "V2 with content": v2(TEXT, content="x"),
    "V2 with embeds": v2(TEXT, embeds=[{"title": "x"}]),
    "41 components": v2(*FORTY_ONE[:40], {"type": 17, "components": FORTY_ONE[40:]}),
    "41 components at the top": v2(*FORTY_ONE),
    "4001 characters": v2({"type": 10, "content": "x" * 4000}, TEXT),
    "an empty text": v2({"type": 10, "content": ""}),
    "an empty container": v2({"type": 17, "components": []}),
    "a container in a container": v2({"type": 17, "components": [{"type": 17, "components": [TEXT]}]}),
    "a section of four texts": v2({"type": 9, "components": [TEXT] * 4, "accessory": button()}),
    "a section without accessory": v2({"type": 9, "components": [TEXT]}),
    "a picture that is not attached": v2({"type": 12, "items": [{"media": {"url": "attachment://x.png"}}]}),
    "a nonce over 25": {"content": "x", "nonce": "x" * 26},
}
WRONG_COMMANDS: dict[str, list[dict[str, Any]]] = {
    "capitals": [command(name="Ask")],
    "a space": [command(name="ask me")],
    "33 letters": [command(name="x" * 33)],
    "a translated name with capitals": [command(name_localizations={"fr": "Demander"})],
    "no description": [{"name": "ask", "type": 1}],
    "description over 100": [command(description="x" * 101)],
    "a message command with a description": [command(type=3)],
    "101 commands": [command(name=f"c{number}") for number in range(101)],
    "a name twice": [command(), command()],
    "26 options": [command(options=[option(name=f"o{number}") for number in range(26)])],
    "an option twice": [command(options=[option(), option()])],
    "an option with capitals": [command(options=[option(name="Question")])],
    "required after optional": [command(options=[option(), option(name="b", required=True)])],
    "26 choices": [command(options=[option(choices=[{"name": f"{n}", "value": f"{n}"} for n in range(26)])])],
    "choice value over 100": [command(options=[option(choices=[{"name": "x", "value": "x" * 101}])])],
    "choices and autocomplete": [command(options=[option(choices=[{"name": "x", "value": "x"}], autocomplete=True)])],
    "unknown option type": [command(options=[option(type=99)])],
    "unknown locale": [command(name_localizations={"xx": 5})],
    "over 8000 characters": [
        command(
            options=[option(name=f"o{n}", choices=[{"name": "x" * 100, "value": "x" * 100}] * 25) for n in range(2)]
        )
    ],
}
WRONG_RESPONSES: dict[str, dict[str, Any]] = {
    "4 without data": {"type": 4},
    "unknown type": {"type": 99},
    "an update of nothing": {"type": 7, "data": {"content": "x"}},
    "choices for a command": {"type": 8, "data": {"choices": []}},
    "content over 2000": {"type": 4, "data": {"content": "x" * 2001}},
    "a modal without fields": modal(),
    "a modal with six fields": modal(*[label(entry(custom_id=f"{number}")) for number in range(6)]),
    "a modal's title over 45": modal(label(entry()), title="x" * 46),
    "a modal's label over 45": modal(label(entry(), label="x" * 46)),
    "a field twice": modal(label(entry()), label(entry())),
    "a labelled field's own label": modal(label(entry(label="x"))),
    "a bare field without label": modal(row(entry())),
    "a button in a modal": modal(row(button())),
    "lengths crossed": modal(label(entry(min_length=5, max_length=4))),
    "a value too short": modal(label(entry(min_length=5, value="x"))),
}
