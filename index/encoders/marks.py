"""Finds where in a sentence the answer to a question stands, from what the reader computed of both.

The head is small: an attention layer over the pieces of question and sentence, and for each pair of pieces how likely
the answer reaches from the first to the second; beside them, how likely there is none in the sentence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.encoders.tensor_files import read_tensors

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast

LAYERS = 2
HEADS = 4
MOST_PIECES = 40
_CONSIDERED = 40
# A mark on more of the sentence says nothing, and longer ones have the right borders half as often.
_MOST_OF_SENTENCE, _MOST_CHARS = 0.6, 60
# A figure with its sign and what it counts, or a word with its hyphens.
_FIGURE_OR_WORD = re.compile(
    r"(?:(?<!\w)[-−+])?[€$£]?\d+(?:[.,/]\d+)*(?:[\w-]*\w)?(?:\s?[%‰€$£])?|\w+(?:[-\u00ad\u2010\u2011]\w+)*"
)

Probabilities = NDArray[np.float32]
Pieces = Sequence[tuple[int, int]]  # spans of word pieces in a sentence; those of what stands before it end at 0


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a sentence answers, ``sentence[start:end]``, and the probability that the answer is there or overlaps."""

    start: int
    end: int
    sure: float


class Marker:
    """The head with its numbers."""

    def __init__(self, path: Path) -> None:
        """Read the numbers."""
        import torch

        self._numbers = {
            name: torch.from_numpy(tensor.astype(np.float32)) for name, tensor in read_tensors(path).items()
        }
        self._least = float(self._numbers.pop("least"))

    def marks(
        self, layers: Sequence["Tensor"], pairs: Mapping[str, "Tensor"], told: Sequence[tuple[str, Pieces]]
    ) -> list[Mark | None]:
        """Mark the answers in sentences, where it is sure enough that they are there.

        :param layers: what each layer of the reader computed of the pairs, ``(n, pieces, dim)``.
        :param told: the sentence of each pair, and its pieces.
        """
        import torch

        hidden = read_layers(layers).float()
        ends = _ends(pairs)
        rows = [own_pieces(pieces, *of_text) for (_, pieces), of_text in zip(told, ends, strict=True)]
        in_sentence = torch.zeros(hidden.shape[:2])
        for row, places in enumerate(rows):
            in_sentence[row, places] = 1.0
        logits = span_logits(self._numbers, hidden, pairs["in_question"], in_sentence)
        count = hidden.shape[1]
        likely = torch.softmax(logits, 1)[:, :-1].view(-1, count, count).numpy()
        marks = []
        for row, (places, (sentence, pieces)) in enumerate(zip(rows, told, strict=True)):
            own = [pieces[place - ends[row][0]] for place in places]
            marks.append(self._sure(best_mark(likely[row][np.ix_(places, places)], own, sentence)))
        return marks

    def _sure(self, mark: Mark | None) -> Mark | None:
        return mark if mark is not None and mark.sure >= self._least else None


def _ends(pairs: Mapping[str, "Tensor"]) -> list[tuple[int, int]]:
    """Return where the pieces of each text begin, and where they end."""
    firsts, lengths = pairs["in_question"].sum(1).int().tolist(), pairs["attention_mask"].sum(1).tolist()
    return [(first, length - 1) for first, length in zip(firsts, lengths, strict=True)]


def read_layers(layers: Sequence["Tensor"]) -> "Tensor":
    """Return what the head reads of a transformer's layers, ``(n, pieces, LAYERS, dim)``.

    The last one alone finds the place as often, and its borders less exactly, than with that two thirds up.
    """
    import torch

    depth = len(layers) - 1
    return torch.stack([layers[2 * depth // 3], layers[depth]], 2)


def own_pieces(pieces: Pieces, first: int, end: int) -> list[int]:
    """Return the places of a sentence's own pieces in what the reader reads.

    :param first: the place of the first piece of the text.
    :param end: the place after the last that is read.
    """
    return [first + number for number, (_, last) in enumerate(pieces[: end - first]) if last > 0]


def after_title(title: str, sentence: str) -> str:
    """Return a sentence as the reader reads it."""
    return f"{title}. {sentence}"


def pieces_within(
    tokenizer: "PreTrainedTokenizerFast", texts: Sequence[str], sentences: Sequence[str]
) -> list[list[tuple[int, int]]]:
    """Return the pieces of texts by where they stand in the sentences that the texts end with."""
    read = tokenizer([f"passage: {text}" for text in texts], add_special_tokens=False, return_offsets_mapping=True)
    befores = [len("passage: ") + len(text) - len(told) for text, told in zip(texts, sentences, strict=True)]
    return [
        [(max(0, start - before), max(0, end - before)) for start, end in spans]
        for spans, before in zip(read["offset_mapping"], befores, strict=True)
    ]


def span_logits(
    numbers: Mapping[str, "Tensor"],
    hidden: "Tensor",
    in_question: "Tensor",
    in_sentence: "Tensor",
    dropout: float = 0.0,
) -> "Tensor":
    """Return the log-odds of each span and, last, of none, ``(n, pieces * pieces + 1)``.

    :param hidden: vectors as `read_layers` gives them.
    :param in_sentence: masks the pieces that may be marked, ``(n, pieces)``: those of the sentence, not of its title.
    """
    import torch
    from torch.nn import functional

    def linear(name: str, read: "Tensor") -> "Tensor":
        return functional.linear(read, numbers[f"{name}_weight"], numbers.get(f"{name}_bias"))

    def norm(name: str, read: "Tensor") -> "Tensor":
        return functional.layer_norm(read, read.shape[-1:], numbers[f"{name}_weight"], numbers[f"{name}_bias"])

    def dropped(read: "Tensor") -> "Tensor":
        return functional.dropout(read, dropout, training=dropout > 0)

    plain = functional.layer_norm(hidden, hidden.shape[-1:]).flatten(2)
    read = linear("input", dropped(plain))
    read = read + in_question[..., None] * numbers["kinds"][0] + in_sentence[..., None] * numbers["kinds"][1]
    seen = (in_question + in_sentence)[:, None, None] > 0
    rows, pieces, width = read.shape
    parts = linear("attention", norm("first", read)).view(rows, pieces, 3, HEADS, width // HEADS)
    asked, keys, values = parts.permute(2, 0, 3, 1, 4)
    attended = functional.scaled_dot_product_attention(asked, keys, values, seen, dropout)
    read = read + dropped(linear("out", attended.transpose(1, 2).reshape(rows, pieces, width)))
    read = read + dropped(linear("narrow", functional.gelu(linear("wide", norm("second", read)))))
    read = norm("last", read)
    ends, pairs = linear("ends", read), linear("pairs", read)
    half = pairs.shape[-1] // 2
    logits = pairs[..., :half] @ pairs[..., half:].transpose(1, 2) / half**0.5
    logits = logits + ends[:, :, None, 0] + ends[:, None, :, 1]
    places = torch.arange(pieces, device=hidden.device)
    reach = places[None] - places[:, None]
    allowed = (reach >= 0) & (reach < MOST_PIECES) & (in_sentence[:, :, None] > 0) & (in_sentence[:, None] > 0)
    spans = logits.masked_fill(~allowed, -1e4).flatten(1)
    return torch.cat([spans, linear("nothing", read[:, 0])], 1)


def best_mark(probabilities: Probabilities, pieces: Pieces, sentence: str) -> Mark | None:
    """Return the mark of whole words that is nearest to what is likely, None where it would be too long.

    :param probabilities: how likely the answer reaches from a piece to another, ``(pieces, pieces)``.
    :param pieces: the spans of the pieces in the sentence.
    """
    count = len(pieces)
    if not count:
        return None
    likely = np.argsort(-probabilities, axis=None, kind="stable")[:_CONSIDERED]
    likely = likely[likely // count <= likely % count]
    firsts, lasts = likely // count, likely % count
    shared = np.minimum.outer(lasts, lasts) - np.maximum.outer(firsts, firsts) + 1
    lengths = lasts - firsts + 1
    alike = 2 * np.clip(shared, 0, None) / np.add.outer(lengths, lengths)
    best = int((alike @ probabilities.ravel()[likely]).argmax())
    first, last = int(firsts[best]), int(lasts[best])
    start, end = whole_words(sentence, pieces[first][0], pieces[last][1])
    if not 0 < end - start <= min(_MOST_CHARS, _MOST_OF_SENTENCE * len(sentence)):
        return None
    return Mark(start, end, float(probabilities[: last + 1, first:].sum()))


def whole_words(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the words and figures that a span touches, an empty one where it touches none."""
    touched = [word.span() for word in _FIGURE_OR_WORD.finditer(sentence) if word.start() < end and start < word.end()]
    return (touched[0][0], touched[-1][1]) if touched else (start, start)
