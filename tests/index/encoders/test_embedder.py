"""The models of the installation are the published ones, and say the same in bf16 as in fp32."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

import index.encoders.embedder
import index.encoders.model_files
from corpus.errors import ModelError
from index.encoders.embedder import SentenceTransformerEmbedder
from index.encoders.reader import PairReader
from index.engine import Engine

TEXTS = [
    "Training will be provided by CEPOL.",
    "short",
    "A much longer sentence about the fight against smuggling. " * 9,
]
QUESTION = "Who provides training?"

pytestmark = pytest.mark.usefixtures("models_end")


def nothing(_count: int) -> None:
    """Hear of progress and say nothing."""


@pytest.fixture(scope="module")
def minilm() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder("all-MiniLM-L6-v2")


def test_digest_is_the_published_one(minilm: SentenceTransformerEmbedder) -> None:
    assert minilm.digest == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_vectors_are_normalised_float32_in_the_order_of_the_texts(default_model: SentenceTransformerEmbedder) -> None:
    vectors = default_model.encode_document(TEXTS, nothing)
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=0.02)
    query = default_model.encode_query(TEXTS[1])
    assert query.shape == (384,)
    assert query.dtype == np.float32
    assert int(np.argmax(vectors @ query)) == 1


WORDS = {
    "all-MiniLM-L6-v2": ("Will", "Europol", "'", "s", "bank", "act", "by", "the", "river", "?"),
    "": ("Will", "Europol's", "bank", "act", "by", "the", "river?"),
}


@pytest.mark.parametrize("model", WORDS)
def test_words_of_a_question_are_read_in_their_context(
    model: str, default_model: SentenceTransformerEmbedder, minilm: SentenceTransformerEmbedder
) -> None:
    embedder = minilm if model == minilm.model else default_model
    text = "Will Europol's bank act by the river?"
    read = embedder.read_query(text)
    assert read.words == WORDS[model]
    assert read.contexts.shape == (len(WORDS[model]), 384)
    assert np.allclose(np.linalg.norm(read.contexts, axis=1), 1.0, atol=1e-4)
    assert np.array_equal(read.vector, embedder.encode_query(text))
    money = embedder.read_query("Which bank lends money?")
    assert read.contexts[read.words.index("bank")] @ money.contexts[1] < 0.99


def test_question_has_the_vector_that_the_library_gives_it(default_model: SentenceTransformerEmbedder) -> None:
    theirs = default_model._loaded.encode_query("What will Europol do?", normalize_embeddings=True)
    assert np.allclose(default_model.encode_query("What will Europol do?"), theirs, atol=4e-3)  # bf16


def test_question_longer_than_the_model_reads_is_read_as_far_as_it_goes(
    default_model: SentenceTransformerEmbedder,
) -> None:
    read = default_model.read_query(" ".join(f"word{number}" for number in range(300)))
    assert 0 < len(read.words) < 300
    assert len(read.words) == len(read.contexts)


def test_no_texts_give_no_rows(default_model: SentenceTransformerEmbedder) -> None:
    assert default_model.encode_document([], nothing).shape == (0, 384)


IN_FP32 = """
import json, sys
from index.encoders.embedder import SentenceTransformerEmbedder
from index.encoders.reader import PairReader
question, *texts = json.load(sys.stdin)
SentenceTransformerEmbedder().encode_query(question)  # with the numbers that are best on this machine
embedder = SentenceTransformerEmbedder()
embedder.__dict__["dtype"] = "float32"
documents, query = embedder.encode_document(texts, lambda _: None), embedder.encode_query(question)
print(json.dumps([documents.tolist(), query.tolist(), PairReader(embedder).read(question, texts).tolist()]))
"""


@pytest.fixture(scope="module")
def in_fp32() -> subprocess.CompletedProcess[str]:
    """A process that loads the default model, also in fp32, and prints these vectors of texts and how it reads them."""
    return subprocess.run(
        [sys.executable, "-c", IN_FP32],
        input=json.dumps([QUESTION, *TEXTS]),
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
    )


def test_loading_says_nothing(in_fp32: subprocess.CompletedProcess[str]) -> None:
    assert (in_fp32.returncode, in_fp32.stderr, in_fp32.stdout.count("\n")) == (0, "", 1)


def test_dtype_of_the_cpu_and_fp32_agree(
    in_fp32: subprocess.CompletedProcess[str], default_model: SentenceTransformerEmbedder
) -> None:
    documents, query, readings = map(np.array, json.loads(in_fp32.stdout))
    assert (documents * default_model.encode_document(TEXTS, nothing)).sum(axis=1).min() > 0.995
    assert query @ default_model.encode_query(QUESTION) > 0.995
    assert PairReader(default_model).read(QUESTION, TEXTS) == pytest.approx(readings, abs=0.5)
    assert default_model.dtype == "float32" or not np.array_equal(query, default_model.encode_query(QUESTION))


def test_input_embeddings_are_those_of_the_model_and_no_copy(default_model: SentenceTransformerEmbedder) -> None:
    embeddings, mean = default_model._input_embeddings
    own: torch.Tensor = default_model.transformer.get_parameter("embeddings.word_embeddings.weight")
    assert embeddings.data_ptr() == own.data_ptr()
    assert np.allclose(mean, own.detach().mean(0, dtype=torch.float32).numpy(), atol=1e-5)


def test_word_vectors_tell_like_from_unlike(default_model: SentenceTransformerEmbedder) -> None:
    train, training, bread = default_model.word_vectors(["police", "policemen", "bread"])
    assert train @ training > train @ bread + 0.2


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json"])
def test_changed_file_of_a_packages_model_is_refused(
    name: str, tmp_path: Path, minilm: SentenceTransformerEmbedder
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(minilm._folder, folder, copy_function=os.symlink)
    (folder / name).unlink()
    (folder / name).write_bytes((minilm._folder / name).read_bytes()[:-1] + b"!")
    changed = SentenceTransformerEmbedder(minilm.model)
    changed.__dict__["_folder"] = folder
    expected = index.encoders.model_files._DIGESTS[name]
    with pytest.raises(ModelError, match=f"{name} .* has SHA-256 [0-9a-f]{{64}} where {expected} was expected"):
        _ = changed.digest


def test_model_that_is_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="MEASURES_MODEL names no folder"):
        _ = SentenceTransformerEmbedder("no-such/model-at-all").digest


def test_folder_with_another_model_is_taken(tmp_path: Path, minilm: SentenceTransformerEmbedder) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(minilm._folder, folder, copy_function=os.symlink)
    own = SentenceTransformerEmbedder(str(folder))
    assert own.digest != minilm.digest
    assert np.allclose(own.encode_query("words"), minilm.encode_query("words"), atol=0.01)


def test_a_models_own_prompts_are_used(
    default_model: SentenceTransformerEmbedder, minilm: SentenceTransformerEmbedder
) -> None:
    assert default_model.document_prompt == "passage: "
    prompted = SentenceTransformerEmbedder(minilm.model)
    prompted._loaded.prompts = {"query": "query: ", "document": "passage: "}
    assert prompted.document_prompt == "passage: "
    with_prompt = minilm.encode_document(["passage: words"], nothing)
    assert np.allclose(prompted.encode_document(["words"], nothing), with_prompt, atol=0.01)


def test_texts_in_batches_get_the_vectors_they_get_alone(default_model: SentenceTransformerEmbedder) -> None:
    threads = torch.get_num_threads()
    heard: list[int] = []
    texts = [" ".join(["smuggling", "of", f"migrants {number}"] * (1 + number * 7 % 10)) for number in range(36)]
    vectors = default_model.encode_document(texts, heard.append)
    alone = np.concatenate([default_model.encode_document([text], nothing) for text in texts])
    assert (vectors * alone).sum(axis=1).min() > 0.99
    assert (sum(heard), max(heard)) == (36, index.encoders.embedder.BATCH_SIZE)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(torch.get_num_threads).result() == threads


def test_engine_answers_with_the_default_model(served_by_default_model: Engine) -> None:
    assert served_by_default_model.served().manifest.model == "measures-e5-small"


def test_default_model_has_a_name(default_model: SentenceTransformerEmbedder) -> None:
    named = SentenceTransformerEmbedder("measures-e5-small")
    assert (named.model, named.digest) == (default_model.model, default_model.digest)
