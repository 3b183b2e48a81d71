"""A sentence-transformers model of 130 kB, for tests that need real weights in a folder: it loads in a moment.

Its weights are random. What it finds it finds by words that stand in the release that comes with the program, since
it knows no others.
"""

import re
from pathlib import Path
from typing import Any

from corpus.front_matter import shipped_releases

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_WIDTH = 32


def make_tiny_model(within: Path) -> Path:
    """Make the model in a folder, and return the folder in it that holds the model."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import BertConfig, BertModel

    tokenizer = tiny_tokenizer()
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=_WIDTH,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=_WIDTH,
        max_position_embeddings=512,
    )
    plain, model = within / "plain", within / "tiny"
    BertModel(config).save_pretrained(plain)
    tokenizer.save_pretrained(plain)
    SentenceTransformer(str(plain), device="cpu").save(str(model))
    return model


def tiny_tokenizer() -> Any:  # noqa: ANN401 - transformers has no types
    """Return a tokenizer that knows the words of the releases that come with the program."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import BertProcessing
    from transformers import PreTrainedTokenizerFast

    words = {word for release in shipped_releases() for word in re.findall(r"\w+|[^\w\s]", release.text.lower())}
    numbers = {word: number for number, word in enumerate((*_SPECIAL, *sorted(words)))}
    tokenizer = Tokenizer(WordLevel(numbers, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = BertProcessing(("[SEP]", numbers["[SEP]"]), ("[CLS]", numbers["[CLS]"]))
    names = {f"{token[1:-1].lower()}_token": token for token in _SPECIAL}
    fast: Any = PreTrainedTokenizerFast
    return fast(tokenizer_object=tokenizer, **names)
