"""A page to look at what the bot sends: messages and windows, as Discord would show them, dark and light."""

import html
from collections.abc import Iterable
from pathlib import Path

from tests.emulator import components as parts
from tests.emulator.errors import JSON
from tests.emulator.flags import MessageFlag
from tests.simulation.markup import to_html

Titled = tuple[str, JSON]


def page(messages: Iterable[Titled], themes: Iterable[str] = ("dark", "light")) -> str:
    """Give one HTML page that needs nothing else."""
    style = Path(__file__).with_name("page.css").read_text("utf-8")
    shown = "".join(f"<h4>{html.escape(title)}</h4>{_shown(payload)}" for title, payload in messages)
    bodies = "".join(f'<div class="theme {theme}">{shown}</div>' for theme in themes)
    return f"<!doctype html><meta charset=utf-8><title>Answers</title><style>{style}</style>{bodies}\n"


def _shown(payload: JSON) -> str:
    if "title" in payload:
        fields = "".join(map(_component, payload["components"]))
        return f"<div class=modal><b>{html.escape(payload['title'])}</b>{fields}</div>"
    content = to_html(payload["content"]) if payload.get("content") else ""
    body = content + "".join(map(_component, payload["components"]))
    only = "<div class=only>👁 Only you can see this</div>" if payload.get("flags", 0) & MessageFlag.EPHEMERAL else ""
    head = "<div><span class=name>measures</span><span class=app>APP</span></div>"
    return f"<div class=message><div class=face>★</div><div class=body>{head}{body}{only}</div></div>"


def _accent(colour: int | None) -> str:
    return "" if colour is None else f' style="--accent: #{colour:06x}"'


def _component(component: JSON) -> str:
    kind = component["type"]
    inner = "".join(map(_component, component.get("components", [])))
    if kind == parts.TEXT:
        return f"<div>{to_html(component['content'])}</div>"
    if kind == parts.ROW:
        return f"<div class=row>{inner}</div>"
    if kind == parts.CONTAINER:
        return f"<div class=container{_accent(component.get('accent_color'))}>{inner}</div>"
    if kind == parts.SECTION:
        return f"<div class=section><div>{inner}</div>{_component(component['accessory'])}</div>"
    if kind == parts.SEPARATOR:
        classes = ("" if component.get("divider", True) else "space ") + (
            "large" if component.get("spacing") == 2 else ""
        )
        return f'<hr class="{classes}">'
    return _control(component)


def _control(component: JSON) -> str:
    kind = component["type"]
    if kind == parts.BUTTON:
        return _button(component)
    if kind == parts.LABEL:
        about = (
            f"<span class=small>{html.escape(component['description'])}</span>" if component.get("description") else ""
        )
        return f"<label>{html.escape(component['label'])}</label>{about}{_component(component['component'])}"
    if kind in (parts.GALLERY, parts.THUMBNAIL, parts.FILE):
        media = [each["media"] for each in component.get("items", [])] or [component.get("media") or component["file"]]
        return "".join(f'<img src="{html.escape(each["url"])}" alt="">' for each in media)
    text = component.get("value") or component.get("placeholder") or _empty(component)
    tall = " tall" if component.get("style") == 2 else ""
    arrow = " ▾" if kind in parts.SELECTS else ""
    return f'<div class="field{tall}">{html.escape(text)}{arrow}&nbsp;</div>'


def _empty(component: JSON) -> str:
    if component["type"] == parts.FILE_UPLOAD:
        return "Choose a file"
    if component["type"] == parts.TEXT_INPUT:
        return ""
    chosen = [each["label"] for each in component.get("options") or [] if each.get("default")]
    return ", ".join(chosen) or "Make a selection"


def _button(button: JSON) -> str:
    emoji = (button.get("emoji") or {}).get("name", "")
    label = html.escape(f"{emoji} {button.get('label') or ''}".strip())
    disabled = " disabled" if button.get("disabled") else ""
    if button.get("url"):
        return f'<a class="button{disabled}" href="{html.escape(button["url"])}">{label} ↗</a>'
    return f'<span class="button s{button["style"]}{disabled}">{label}</span>'
