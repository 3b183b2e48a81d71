"""A cross-encoder deals the scores of the best sentences out anew, and nothing else."""

from pathlib import Path

import numpy as np
import pytest

from corpus.errors import ModelError
from index.encoders.reranker import RERANKED, Reranker
from index.engine import Engine
from index.filters import Filters
from index.settings import IndexSettings
from tests.tiny_model import tiny_tokenizer

QUESTION = "What do the measures do against smuggling?"


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of random weights, which knows the words of the shipped release."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("cross-encoder")
    torch.manual_seed(0)
    tokenizer = tiny_tokenizer()
    config = BertConfig(  # type: ignore[call-arg]
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_best_scores_go_to_the_sentences_the_cross_encoder_prefers(tiny_model: Path) -> None:
    from sentence_transformers import CrossEncoder

    texts = [f"Measures against {'smuggling ' * number}." for number in range(RERANKED + 5)]
    scores = np.linspace(5.0, 1.0, len(texts))
    dealt = Reranker(str(tiny_model)).reorder(QUESTION, texts, scores)
    logits = CrossEncoder(str(tiny_model), device="cpu").predict([(QUESTION, text) for text in texts[:RERANKED]])
    assert np.argsort(-dealt[:RERANKED]).tolist() == np.argsort(-logits, kind="stable").tolist()
    assert sorted(dealt.tolist()) == sorted(scores.tolist())
    assert dealt[RERANKED:].tolist() == scores[RERANKED:].tolist()


def test_engine_asks_the_cross_encoder_of_the_settings(tiny_model: Path, served_by_default_model: Engine) -> None:
    data_dir = served_by_default_model._settings.data_dir
    settings = IndexSettings(data_dir=data_dir, model="", cross_encoder=str(tiny_model), threshold=0.0)
    with Engine(settings, served_by_default_model._embedder) as engine:
        reordered = engine.search(QUESTION, Filters(), 50).passages
    plain = served_by_default_model.search(QUESTION, Filters(), 50).passages
    assert sorted(passage.ordinal for passage in reordered) == sorted(passage.ordinal for passage in plain)
    assert [passage.ordinal for passage in reordered] != [passage.ordinal for passage in plain]


def test_cross_encoder_that_is_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="MEASURES_CROSS_ENCODER names no model"):
        Reranker(str(tmp_path / "none")).reorder("What?", ["One."], np.ones(1))
