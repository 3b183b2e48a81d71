"""What part an agency has in a sentence that names it: it acts, it is acted on, or it is only named.

These are rules over the English words around the mention, without a parser. In sentences drawn from the development
releases and read by hand, 54 of 55 agencies that the rules say act do so, and 37 of 45 that they say are acted on are.
What the rules miss is left out of the list of measures and of nothing else: search does not use them.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence

from corpus import Mention, ends_sentence, is_list_item
from index.results import Placed
from index.text.passages import Passage

ACTS = "acts"
ACTED_ON = "acted on"

_MIN_WORDS = 5
_MAX_CHARS = 700
_ADVERBS = r"(?:(?:also|now|today|therefore|already|further|thus|then|still|in turn|not|only|jointly|\w+ly|will)\s+)*"
_AUXILIARY = r"(?:will|shall|must|may|can|could|should|would|has|have|had|is|are|was|were|does|did)\b"
_VERBS = (
    r"(?:accept|adopt|agree|aim|allow|amend|announce|approv|ask|assess|assist|award|build|call|carr|carri|clos|commit"
    r"|conclud|conduct|conven|coordinat|creat|decid|deliver|deploy|develop|disrupt|enabl|encourag|endors|enforc|enhanc"
    r"|ensur|establish|examin|expand|extend|facilitat|financ|fin|focus|foster|fund|grant|help|highlight|host|implement|impos"
    r"|improv|increas|initiat|insist|intend|introduc|invest|investigat|invit|issu|join|launch|lift|maintain|manag"
    r"|mobilis|monitor|need|negotiat|offer|open|organis|plan|prepar|present|prevent|promot|propos|protect|provid|publish"
    r"|receiv|recommend|reduc|reject|renew|report|request|requir|respond|review|secur|seek|send|set|sign|simplif|simplifi"
    r"|step|stop|strengthen|submit|suggest|support|suspend|take|tackl|trigger|update|urg|use|welcom|work)"
    r"(?:s|es|ed|d|ies|ied|e|t)?|gave|gives|made|makes|held|holds|took|takes|sent|sends|sets|won|wins|began|begins"
    r"|led|leads|bought|chose|decided|raised|cut|cuts|kept|keeps|runs|ran|brought|brings|puts|lays|laid|drew|saw"
)
_ASIDE = r"(?:\s*\([^()]{1,80}\)|,\s[^,.;]{2,90},|\s(?:and|or|,)\s(?:the\s)?[A-Z][^,.;:]{1,60}?)?"
_PREDICATE_FOLLOWS = re.compile(rf"{_ASIDE},?\s+{_ADVERBS}(?:{_AUXILIARY}|(?:{_VERBS})\b|[a-z]+ed\b)")
_PARTICIPLE = (
    r"(?:\w+(?:ed|ised|ized)|made|held|given|set|taken|sent|drawn|built|led|put|cut|kept|begun|brought|won|run|known|seen"
    r"|drawn|foreseen|undertaken|chosen|broken|spent|bought|laid|met)"
)
_AGENT = re.compile(
    rf"\b{_PARTICIPLE}\b(?:\s+[\w-]+){{0,3}}\s+by\s+(?:both\s+)?(?:the\s+)?(?:[\w\s,]{{0,60}}\band\s+(?:the\s+)?)?$"
)
_NOT_SUBJECT = re.compile(
    r"\b(?:of|in|at|to|from|with|between|for|on|within|by|into|under|through|towards?|against|via|including|as|than"
    r"|says?|said|per|about|over|upon|before|after|since|until|among|alongside|like|without|behind|beyond)"
    r"\s+(?:(?:the|both|its|their|an?|each|[\w-]+ing)\s+)*(?:[A-Z][\w’']*(?:,\s|\sand\s(?:the\s)?))*$"
)
_CHANGE = re.compile(
    rf"\b(?:will|shall|must|should|(?:is|are|needs?|has|have|ought)\s+to)\s+(?:\w+ly\s+|also\s+|not\s+|further\s+)*\w+"
    rf"|\b(?:is|are|was|were|been|be|being)\s+(?:\w+ly\s+|also\s+|now\s+|further\s+)*{_PARTICIPLE}\b"
    rf"|\b(?:{_VERBS})\b"
)
_OFFICE = re.compile(
    r"(?:president|director(?:-general)?|commissioner|chair(?:man|woman|person)?|members?|minister|head|spokes\w+|meeting"
    r"|representatives?|secretary(?:-general)?|rapporteur|officials?|experts?|team|follow|contact|website|site|page)"
    r"s?\s++(?:of|for|from|at|to)?\s*+(?:the\s+)?$",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(r"\b(?:according to|says?|said|see|source:|photo)\s+(?:the\s+)?$", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?\s")
_ASSETS = (
    r"(?:activit(?:y|ies)|assistance|budget|capabilit(?:y|ies)|capacit(?:y|ies)|competences?|contributions?"
    r"|cooperation|financing|funding|headquarters|independence|links?|mandate|missions?|operations?|organisation"
    r"|possibilit(?:y|ies)|powers?"
    r"|regulation|resources|responsibilit(?:y|ies)|roles?|rules|seat|staff|structure|support|sustainability|tasks?"
    r"|tools?|use|work)"
)
_ARTICLE = r"(?:both\s+)?(?:the\s+)?(?:EU\s+)?"
_ASSET_BEFORE = re.compile(
    rf"\b{_ASSETS}(?:\s+[\w-]+){{0,4}}\s+(?:of|within|at|in|to|for|with|between|from|under)\s+{_ARTICLE}$"
)
_ASSET_AFTER = re.compile(rf"['’]s?\s+(?:[\w-]+\s+){{0,2}}{_ASSETS}\b")
_OBJECT = re.compile(
    r"\b(?:ask|assist|authoris|call(?:s|ed|ing)? (?:up)?on|creat|empower|enabl|entrust|establish|finance"
    r"|financ|fund|grant|help|instruct|invit|mandate|mandat|oblig|provid|reinforc|request|requir|set up|strengthen"
    r"|support|task|urg)(?:e|es|ed|ing|s|d)?\s+(?:(?:the|both|its)\s+)*$"
)
_GIVEN = re.compile(
    r"\b(?:addressed|appl(?:y|ied)|assign(?:ed)?|available|entrusted|forward(?:ed)?|give[ns]?|gave|grant(?:ed|s)?"
    r"|handed|notif(?:y|ied)|present(?:ed|s)?|provide[ds]?|refer(?:red|ring|s)?|report(?:ed|s)?|sen[dt]|submit(?:ted|s)?"
    rf"|transfer(?:red|s)?|transmit(?:ted|s)?)\b(?:\s+[\w’'-]+){{0,10}}\s+to\s+{_ARTICLE}$"
)
_HOUSED = re.compile(
    rf"\b(?:based|created|established|hosted|housed|located|set up)(?:\s+[\w-]+){{0,3}}\s+(?:within|at|in|under)\s+"
    rf"{_ARTICLE}$"
)
_MODIFIES = re.compile(
    r"\s(?!and\b|or\b|to\b|in\b|on\b|at\b|for\b|with\b|by\b|as\b|of\b|from\b|when\b|which\b|that\b|within\b|under\b)"
    r"[a-z]+(?:\s|\b)"
)
_CLAUSE = re.compile(r";|:\s|,\s(?=which\b|who\b|where\b|while\b|whereas\b|but\b)|\s[–—]\s")


def place(text: str, passages: Sequence[Passage], mentions: Sequence[Mention]) -> list[Placed]:
    """Return every mention in a passage with its sentence, and with the part that the agency has in it."""
    starts = [passage.start for passage in passages]
    placed = []
    for mention in mentions:
        index = bisect_right(starts, mention.start) - 1
        if index < 0 or mention.end > passages[index].end:
            continue
        sentences = passages[index].sentences
        number = max(0, bisect_right([span.start for span in sentences], mention.start) - 1)
        span = sentences[number]
        part = role(text[span.start : span.end], mention.start - span.start, mention.end - span.start)
        placed.append(Placed(mention.agency_id, mention.start, mention.end, index, number, part))
    return placed


def role(sentence: str, start: int, end: int) -> str | None:
    """Return the part of the agency that ``sentence[start:end]`` names in a sentence, None where it is only named."""
    if not _MIN_WORDS <= sentence.count(" ") + 1 or len(sentence) > _MAX_CHARS:
        return None
    if sentence.rstrip('"”’») ').endswith("?") or not (ends_sentence(sentence) or is_list_item(sentence)):
        return None
    before, after = sentence[:start], sentence[end:]
    if _OFFICE.search(before) or _ATTRIBUTION.search(before):
        return None
    if _AGENT.search(before):
        return ACTS
    if _PREDICATE_FOLLOWS.match(after) and not _NOT_SUBJECT.search(before):
        return ACTS
    owns = _ASSET_BEFORE.search(before) or _ASSET_AFTER.match(after)
    if owns and _CHANGE.search(_clause(sentence, start, end)):
        return ACTED_ON
    if _POSSESSIVE.match(after) or _MODIFIES.match(after):
        return None
    given = _OBJECT.search(before) or _GIVEN.search(before) or _HOUSED.search(before)
    return ACTED_ON if given else None


def _clause(sentence: str, start: int, end: int) -> str:
    """Return the clause around a place, with a mark instead of the place itself."""
    breaks = [match.start() for match in _CLAUSE.finditer(sentence)]
    first = max((place for place in breaks if place < start), default=0)
    last = min((place for place in breaks if place >= end), default=len(sentence))
    return f"{sentence[first:start]} § {sentence[end:last]}"
