"""Tells a page that only checks whether a robot asks from a page of the site: it says so, and says hardly more.

Sites send such pages with status 200, too. Nothing here tries to pass a check.
"""

import re

ROBOT_CHECK = " is a check for robots, not a page"
_MAX_BYTES = 500_000  # Pages with a check are small; their scripts are not always.
_MAX_SHOWN_CHARS = 1_500  # A release is longer than what a check says, or says none of the words below.
_MAX_SAID_CHARS = 600  # Without a mark or a title of a check, a longer page may be a short release on robots.
_MAX_TITLE_CHARS = 200
_UNSHOWN = ("script", "style", "template", "svg")
# Names that the makers of such checks give to their scripts. Forms of other pages may have a captcha: that is no mark.
_MARKS = re.compile(
    r"/cdn-cgi/challenge-platform/|challenges\.cloudflare\.com|_Incapsula_Resource|AwsWafIntegration|gokuProps"
    r"|captcha-delivery\.com|px-captcha|sec-if-cpt-container|anubis_challenge|ddos-guard|_cf_chl_opt|perfdrive\.com"
    r"|/\.well-known/sgcaptcha/",
    re.IGNORECASE,
)
_SURE = re.compile(
    r"(?:checking|verifying) (?:if )?(?:the site connection|your browser)"
    r"|(?:you are|you're|are you) (?:a )?(?:human|robot|bot)\b"
    r"|(?:you are|you're) not (?:a|an automated) (?:ro)?bot\b|\bnot a (?:ro)?bot\b"
    r"|requests? comes? from (?:real people|a real person|humans?)"
    r"|requested url was rejected|your support id is|incapsula incident id|attack id: ?\d|you are (?:now )?in line\b"
    r"|virtual waiting room|you are (?:now )?in (?:the|a) waiting room"
    r"|while we (?:check|verify) (?:that|if|whether) you"
    r"|url demandée a été rejetée|identifiant de support|support[- ]id lautet"
    r"|(?:angeforderte|angefragte) url wurde (?:abgelehnt|zurückgewiesen)"
    r"|pardon our interruption|human verification"
    r"|unusual(?:ly high)? (?:traffic|activity)|automated (?:requests?|queries|access|traffic|tools)"
    r"|complete the (?:verification|captcha|security check|challenge)|enable cookies and reload|press (?:&|and) hold"
    r"|(?:you|request) (?:have|has) been blocked|request (?:was )?blocked"
    r"|blocked by (?:a |the |our )?(?:security|firewall|waf)"
    r"|(?:ddos|bot) (?:protection|detection|management)|web application firewall|you don't have permission to access"
    r"|vous n.êtes pas un robot|vous êtes (?:bien )?(?:un )?humain|vérification de votre navigateur"
    r"|(?:kein|ein) (?:ro)?bot(?:er)? sind|sie ein mensch sind|ihr browser wird überprüft|kein roboter"
    r"|no (?:es|eres|soy) un robot|eres humano|non sei un robot|non sono un robot|nie jesteś robotem|geen robot bent"
    r"|(?:usted es|eres) (?:un )?(?:ser )?humano|(?:tu sia|che sei) (?:un (?:essere )?)?umano"
    r"|(?:você|que) é (?:um )?(?:ser )?humano|jesteś człowiekiem|je(?:ste|si) člověk|ste človek|da ste čovjek"
    r"|hogy ön (?:valóban )?ember\b|u een mens bent|du är (?:en )?människa|du er (?:et )?menneske|olet ihminen"
    r"|oled inimene|esat cilvēks|esate žmogus"
    r"|sunteți (?:o ființă umană|om)\b|είστε άνθρωπος|сте човек|is duine (?:thú|tú)|bniedem int"
    r"|sucuri website firewall|sent too many requests|characters (?:that )?you see in the (?:picture|image)"
    r"|não é um robô|nu sunteți (?:un )?robot|inte är en robot|et ole robotti",
    re.IGNORECASE,
)
# As the whole title or heading, these also announce a check.
_TITLES = re.compile(
    r"just a moment\W*|un instant\W*|nur einen moment\W*|un momento\W*|jeszcze chwila\W*|μια στιγμή\W*"
    r"|attention required\W*.{0,40}|access denied|request rejected|browser check.{0,40}|security check"
    r"|robot check|are you a robot\W*|captcha|one moment,? please\W*|challenge validation|verification required"
    r"|bot (?:verification|check|protection)|web page blocked\W*|sicherheitsprüfung|ddos-guard"
    r"|you are being redirected\W*|(?:\w+ )?security checkpoint"
    r"|(?:403 )?forbidden|(?:429 )?too many requests|eu captcha|blocked"
    r"|accès refusé|zugriff verweigert|acceso denegado|accesso negato",
    re.IGNORECASE,
)


def is_robot_check(data: bytes) -> bool:
    """Tell whether the bytes of a page are a check for robots."""
    if len(data) > _MAX_BYTES or b"<" not in data[:1024]:
        return False
    page = data.decode("utf-8", "replace")
    if page.lstrip("\ufeff \r\n\t")[:1] != "<" or page.lstrip()[:5] == "<?xml":
        return False
    shown, titles = shown_text(page)
    if len(shown) > _MAX_SHOWN_CHARS:
        return False
    titled = any(_TITLES.fullmatch(title) for title in titles)
    said = len(shown) <= _MAX_SAID_CHARS and _SURE.search(shown) is not None
    return titled or said or _MARKS.search(page) is not None


def shown_text(page: str) -> tuple[str, list[str]]:
    """Return the text that a page shows without scripts, and its titles and headings. It takes linear time."""
    shown: list[str] = []
    titles: list[str] = []
    hidden = ""
    for piece in page.split("<"):
        tag, _, text = piece.partition(">")
        name = tag[:12].split(maxsplit=1)[0].lower() if tag.strip() else ""
        if hidden:
            hidden = "" if name == f"/{hidden}" else hidden
            text = "" if hidden else text
        elif name in _UNSHOWN:
            hidden = name
            continue
        if name in ("title", "h1", "h2"):
            titles.append(" ".join(text[:_MAX_TITLE_CHARS].split()))
        shown.append(text)
    return " ".join(" ".join(shown).split()), titles
