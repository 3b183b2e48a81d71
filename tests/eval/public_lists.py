"""Lists to train on from public sets: XQuAD, SQuAD in translations, ClapNQ, ObliQA, NTREX-128, Tatoeba, EuroVoc.

A folder holds them under the names in `public_lists`; README.md says where each comes from. What is not there is left
out.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer

from index.text.sentences import Span, sentences
from tests.eval.training_lists import Text, TrainingList, read_lines

SEED = 16
HARD = 24  # negatives kept a question, of which a step draws a few
XQUAD_LANGUAGES = ("en", "de", "el", "es", "ro")
NTREX_CODES = {
    "bg": "bul",
    "cs": "ces",
    "da": "dan",
    "de": "deu",
    "el": "ell",
    "es": "spa",
    "et": "est",
    "fi": "fin",
    "fr": "fra",
    "ga": "gle",
    "hr": "hrv",
    "hu": "hun",
    "it": "ita",
    "lt": "lit",
    "lv": "lav",
    "mt": "mlt",
    "nl": "nld",
    "pl": "pol",
    "pt": "por",
    "ro": "ron",
    "sk": "slk",
    "sl": "slv",
    "sv": "swe",
}
XQUAD_SHARE = 0.6  # of its articles; the others are for measuring
SQUAD_LANGUAGES = ("en", "da", "es", "it", "pt", "sv")
SQUAD_TEXTS = 2  # in how many of its languages the texts of a question are taken
TATOEBA_CODES = NTREX_CODES | {"lv": "lvs"}
NTREX_TEXTS = 3  # translations that have to be found, too


def xquad_articles(folder: Path) -> frozenset[int]:
    """Return the places of the articles to train on, drawn by seed; the others are for measuring."""
    articles = json.loads((folder / "xquad.en.json").read_text("utf-8"))["data"]
    places = sorted(range(len(articles)), key=lambda number: str(articles[number]["title"]))
    random.Random(SEED).shuffle(places)
    return frozenset(places[: round(XQUAD_SHARE * len(places))])


def xquad_lists(folder: Path, *, out: bool = False) -> list[TrainingList]:
    """Return lists of XQuAD: a question in five languages, the sentences of one of them."""
    data = {lang: json.loads((folder / f"xquad.{lang}.json").read_text("utf-8"))["data"] for lang in XQUAD_LANGUAGES}
    inside, draw = xquad_articles(folder), random.Random(SEED)
    lists: list[TrainingList] = []
    for number, article in enumerate(data["en"]):
        if (number in inside) == out:
            continue
        for place in range(len(article["paragraphs"])):
            paragraphs = {lang: data[lang][number]["paragraphs"][place] for lang in XQUAD_LANGUAGES}
            lists.extend(_of_paragraphs(article, [data[lang][number] for lang in XQUAD_LANGUAGES], paragraphs, draw))
    return lists


def _of_paragraphs(
    article: Mapping[str, Any],
    articles: Sequence[Mapping[str, Any]],
    paragraphs: Mapping[str, Mapping[str, Any]],
    draw: random.Random,
) -> Iterator[TrainingList]:
    title = article["title"].replace("_", " ")
    for number, asked in enumerate(paragraphs["en"]["qas"]):
        lang = draw.choice(XQUAD_LANGUAGES)
        own = paragraphs[lang]
        start = own["qas"][number]["answers"][0]["answer_start"]
        others = articles[XQUAD_LANGUAGES.index(lang)]["paragraphs"]
        positives: list[Text] = []
        negatives: list[Text] = []
        for paragraph in others:
            whole = f"{title}. {paragraph['context']}"
            for span in sentences(paragraph["context"], lang):
                text = Text(f"{title}. {paragraph['context'][span.start : span.end]}", whole)
                answers = paragraph is own and span.start <= start < span.end
                if answers or paragraph is own or draw.random() < 0.5:
                    (positives if answers else negatives).append(text)
        if positives:
            forms = {each: paragraphs[each]["qas"][number]["question"] for each in XQUAD_LANGUAGES}
            yield TrainingList(asked["id"], "xquad", forms, tuple(positives), tuple(negatives[:HARD]))


def clapnq_lists(path: Path) -> list[TrainingList]:
    """Return lists of ClapNQ's answerable questions: the sentences of a passage of Wikipedia."""
    lists = []
    for line in read_lines(path):
        passage, chosen = line["passages"][0], line["output"][0].get("selected_sentences") or []
        whole = f"{passage['title']}. {passage['text']}"
        texts = [(each, Text(f"{passage['title']}. {each}", whole)) for each in passage["sentences"]]
        positives = tuple(text for each, text in texts if each in chosen)
        negatives = tuple(text for each, text in texts if each not in chosen)
        if positives and negatives:
            lists.append(TrainingList(str(line["id"]), "clapnq", {"en": line["input"]}, positives, negatives[:HARD]))
    return lists


def squad_lists(folder: Path, measured: frozenset[str]) -> list[TrainingList]:
    """Return lists of the development part of SQuAD 2.0 and its translations: half of the questions are near misses.

    :param folder: holds squad.xx.json.
    :param measured: ids of questions that are for measuring: their articles are left out.
    """
    articles = {lang: _squad_articles(folder / f"squad.{lang}.json", measured) for lang in SQUAD_LANGUAGES}
    forms: dict[str, dict[str, str]] = {}
    for lang, of_language in articles.items():
        for paragraph in (paragraph for article in of_language for paragraph in article["paragraphs"]):
            for asked in paragraph["qas"]:
                forms.setdefault(asked["id"], {})[lang] = asked["question"].strip()
    by_question: dict[str, list[TrainingList]] = {}
    for lang, of_language in articles.items():
        for article in of_language:
            for training_list in _of_squad_article(article, lang, forms):
                by_question.setdefault(training_list.question_id, []).append(training_list)
    draw = random.Random(SEED)
    return [
        training_list
        for in_languages in by_question.values()
        for training_list in draw.sample(in_languages, min(SQUAD_TEXTS, len(in_languages)))
    ]


def _squad_articles(path: Path, measured: frozenset[str]) -> list[Mapping[str, Any]]:
    if not path.exists():
        return []
    articles = json.loads(path.read_text("utf-8"))["data"]
    asked = [{each["id"] for paragraph in article["paragraphs"] for each in paragraph["qas"]} for article in articles]
    return [article for article, ids in zip(articles, asked, strict=True) if not ids & measured]


def _of_squad_article(
    article: Mapping[str, Any], lang: str, forms: Mapping[str, Mapping[str, str]]
) -> Iterator[TrainingList]:
    """Yield a list for each question of an article: its paragraph's sentences come first, the nearest before others."""
    title = article.get("title", "").replace("_", " ")
    texts: list[Text] = []
    asked: list[tuple[Mapping[str, Any], range, tuple[Span, ...]]] = []  # a question, and its paragraph's sentences
    for paragraph in article["paragraphs"]:
        content = paragraph["context"]
        spans = sentences(content, lang)
        rows = range(len(texts), len(texts) + len(spans))
        texts += [Text(f"{title}. {content[span.start : span.end]}", f"{title}. {content}") for span in spans]
        asked += [(question, rows, spans) for question in paragraph["qas"]]
    words = TfidfVectorizer(sublinear_tf=True).fit([text.sentence for text in texts])
    vectors = words.transform([text.sentence for text in texts])
    scores = words.transform([question["question"] for question, _, _ in asked]) @ vectors.T
    for place, (question, rows, spans) in enumerate(asked):
        starts = [answer["answer_start"] for answer in question.get("answers", [])]
        right = [
            row
            for row, span in zip(rows, spans, strict=True)
            if any(span.start <= start < span.end for start in starts)
        ]
        if bool(right) == bool(question.get("is_impossible")):
            continue  # It is said to be answered, and no sentence holds the answer, or the other way round.
        nearest = (-scores[[place]].toarray()[0]).argsort(kind="stable").tolist()
        order = sorted(nearest, key=lambda row: row not in rows)
        negatives = [texts[row] for row in order if row not in right][:HARD]
        positives = tuple(texts[row] for row in right)
        yield TrainingList(question["id"], "squad", forms[question["id"]], positives, tuple(negatives))


def obliqa_lists(folder: Path) -> list[TrainingList]:
    """Return lists of ObliQA: questions on rules of a financial market, and the rules."""
    lines = [line for path in sorted(folder.glob("*.json")) for line in json.loads(path.read_text("utf-8"))]
    rules = list(dict.fromkeys(rule["Passage"].strip() for line in lines for rule in line["Passages"]))
    words = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit(rules)
    scores = words.transform([line["Question"] for line in lines]) @ words.transform(rules).T
    lists = []
    for row, line in enumerate(lines):
        right = {rule["Passage"].strip() for rule in line["Passages"]}
        nearest = (-scores[[row]].toarray()[0]).argsort()[: 2 * HARD].tolist()
        negatives = [rules[number] for number in nearest if rules[number] not in right][:HARD]
        positives, others = ([Text(rule, rule) for rule in some] for some in (sorted(right), negatives))
        lists.append(
            TrainingList(line["QuestionID"], "obliqa", {"en": line["Question"]}, tuple(positives), tuple(others))
        )
    return lists


def ntrex_lists(folder: Path) -> list[TrainingList]:
    """Return lists of NTREX-128: a sentence of the news, in English and in some languages, which its forms find."""
    english = _plain_lines(folder / "newstest2019-src.eng.txt")
    translated = {lang: _plain_lines(folder / f"newstest2019-ref.{code}.txt") for lang, code in NTREX_CODES.items()}
    draw = random.Random(SEED)
    lists = []
    for number, sentence in enumerate(english):
        others = {lang: lines[number] for lang, lines in translated.items()}
        if all(others.values()):
            told = [sentence, *(others[lang] for lang in draw.sample(sorted(others), NTREX_TEXTS))]
            positives = tuple(Text(each, each) for each in told)
            lists.append(TrainingList(f"ntrex-{number}", "ntrex", {"en": sentence} | others, positives, ()))
    return lists


def tatoeba_lists(folder: Path) -> list[TrainingList]:
    """Return lists of Tatoeba's sentences, as LASER measures with them: a translation has to find the English one."""
    lists = []
    for lang, code in TATOEBA_CODES.items():
        path = folder / f"tatoeba.{code}-eng.{code}"
        if path.exists():
            lines = zip(_plain_lines(path), _plain_lines(path.with_suffix(".eng")), strict=True)
            for number, (own, english) in enumerate(lines):
                forms = {"en": english, lang: own}
                lists.append(TrainingList(f"tatoeba-{lang}-{number}", "tatoeba", forms, (Text(english, english),), ()))
    return lists


def eurovoc_lists(path: Path) -> list[TrainingList]:
    """Return lists of EuroVoc's descriptors as MultiEURLEX has them: a term in up to 23 languages."""
    concepts: Mapping[str, Mapping[str, str]] = json.loads(path.read_text("utf-8"))
    return [
        TrainingList(f"eurovoc-{name}", "eurovoc", dict(forms), (Text(forms["en"], forms["en"]),), ())
        for name, forms in sorted(concepts.items())
        if "en" in forms
    ]


def _plain_lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text("utf-8").splitlines()]


def public_lists(folder: Path) -> list[TrainingList]:
    """Return the lists of all sets that a folder holds."""
    xquad = folder / "xquad"
    measured = frozenset(each.question_id for each in xquad_lists(xquad, out=True)) if xquad.exists() else frozenset()
    sets: Mapping[str, Callable[[Path], list[TrainingList]]] = {
        "xquad": xquad_lists,
        "squad": lambda path: squad_lists(path, measured),
        "clapnq.jsonl": clapnq_lists,
        "obliqa": obliqa_lists,
        "ntrex": ntrex_lists,
        "tatoeba": tatoeba_lists,
        "eurovoc.json": eurovoc_lists,
    }
    return [each for name, read in sets.items() if (folder / name).exists() for each in read(folder / name)]
