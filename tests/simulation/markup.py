"""Discord's markup as HTML: enough of it to look at answers, and escapes as Discord reads them."""

import datetime
import html
import re

_BLOCKS = [
    (re.compile(r"-# (.*)"), "<small>{}</small>"),
    (re.compile(r"### (.*)"), "<h3>{}</h3>"),
    (re.compile(r"## (.*)"), "<h2>{}</h2>"),
    (re.compile(r"# (.*)"), "<h1>{}</h1>"),
    (re.compile(r"[-*] (.*)"), "<div class=item>• {}</div>"),
    (re.compile(r"(\d+\. .*)"), "<div class=item>{}</div>"),
]
_INLINE = re.compile(
    r"\\(?P<escaped>[^\w\s])"
    r"|`(?P<code>[^`]+)`"
    r"|\*\*(?P<bold>.+?)\*\*"
    r"|__(?P<underlined>.+?)__"
    r"|~~(?P<struck>.+?)~~"
    r"|\*(?P<italic>[^*\s][^*]*)\*"
    r"|(?<!\w)_(?P<italic2>[^_\s][^_]*)_(?!\w)"
    r"|\[(?P<text>(?:\\.|[^\]\\])+)\]\(<?(?P<url>https?://[^\s)>]+)>?\)"
    r"|<t:(?P<time>-?\d+)(?::(?P<style>[tTdDfFR]))?>"
    r"|<(?P<mention>@[!&]?\d+|#\d+|/[\w -]+:\d+|id:\w+)>"
    r"|<?(?P<link>https?://[^\s<>]+)>?"
)
_TAGS = {"bold": "b", "underlined": "u", "struck": "s", "italic": "i", "italic2": "i"}
_STYLES = {"d": "%d/%m/%Y", "D": "%-d %B %Y", "t": "%H:%M", "T": "%H:%M:%S", "f": "%-d %B %Y %H:%M"}


def to_html(text: str) -> str:
    """Turn a text into HTML, line by line; quoted lines that follow each other make one block."""
    lines: list[str] = []
    quoted: list[str] = []
    for line in [*text.split("\n"), None]:
        if line is not None and line.startswith("> "):
            quoted.append(_line(line[2:]))
            continue
        if quoted:
            lines.append(f"<blockquote>{''.join(quoted)}</blockquote>")
            quoted = []
        if line is not None:
            lines.append(_line(line))
    return "".join(lines)


def _line(line: str) -> str:
    for pattern, wrapped in _BLOCKS:
        if match := pattern.fullmatch(line):
            return wrapped.format(inline(match[1]))
    return f"<div>{inline(line) or '&nbsp;'}</div>"


def inline(text: str) -> str:
    """Turn one line into HTML."""
    parts, position = [], 0
    for match in _INLINE.finditer(text):
        parts += [html.escape(text[position : match.start()]), _span(match)]
        position = match.end()
    return "".join([*parts, html.escape(text[position:])])


def _span(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if match["escaped"]:
        return html.escape(match["escaped"])
    if match["code"]:
        return f"<code>{html.escape(match['code'])}</code>"
    if match["url"]:
        return f'<a href="{html.escape(match["url"])}">{inline(match["text"])}</a>'
    if match["link"]:
        return f'<a href="{html.escape(match["link"])}">{html.escape(match["link"])}</a>'
    if match["time"]:
        return f"<time>{moment(int(match['time']), match['style'] or 'f')}</time>"
    if match["mention"]:
        return f"<span class=mention>{html.escape(match['mention'])}</span>"
    assert kind is not None
    return f"<{_TAGS[kind]}>{inline(match[kind])}</{_TAGS[kind]}>"


def moment(seconds: int, style: str) -> str:
    """Write a timestamp as a client in London does."""
    date = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    if style == "R":
        years = (datetime.datetime.now(datetime.UTC) - date).days / 365.25
        return f"{years:.0f} years ago" if years >= 1 else f"{years * 12:.0f} months ago"
    return date.strftime(_STYLES.get(style, "%A, %-d %B %Y %H:%M"))
