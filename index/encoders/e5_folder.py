"""Writes a folder that sentence-transformers loads from tensors and word pieces: BertModel, mean pooling, prompts."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.encoders.packed_e5 import Packed, Shape
from index.encoders.tensor_files import Tensor, write_tensors

WEIGHTS = "model.safetensors"
QUERY_PROMPT, DOCUMENT_PROMPT = "query: ", "passage: "
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def write_e5_folder(folder: Path, packed: Packed, tensors: Mapping[str, Tensor]) -> None:
    """Write the files of the model into an empty folder, with `tensors` in place of the packed ones."""
    write_tensors(folder / WEIGHTS, {**tensors, **_pooler(packed.shape)})
    _write_json(folder / "config.json", _config(packed.shape))
    tokenizer = _tokenizer(packed)
    _write_json(folder / "tokenizer.json", tokenizer)
    _write_json(folder / "tokenizer_config.json", _tokenizer_config(packed.shape.positions, tokenizer["added_tokens"]))
    write_modules(folder, packed.shape.hidden, packed.shape.positions)


def write_modules(folder: Path, hidden: int, positions: int) -> None:
    """Write the files that make a transformer a sentence-transformers model: mean pooling, normalisation, prompts."""
    kinds = ("Transformer", "Pooling", "Normalize")
    modules = [
        {
            "idx": number,
            "name": str(number),
            "path": f"{number}_{kind}" if number else "",
            "type": f"sentence_transformers.models.{kind}",
        }
        for number, kind in enumerate(kinds)
    ]
    _write_json(folder / "modules.json", modules)
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": positions, "do_lower_case": False})
    prompts = {"query": QUERY_PROMPT, "document": DOCUMENT_PROMPT, "passage": DOCUMENT_PROMPT}
    _write_json(folder / "config_sentence_transformers.json", {"prompts": prompts, "similarity_fn_name": "cosine"})
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "2_Normalize").mkdir(exist_ok=True)
    pooling = {"word_embedding_dimension": hidden, "pooling_mode_mean_tokens": True}
    _write_json(folder / "1_Pooling" / "config.json", pooling)


def _pooler(shape: Shape) -> dict[str, Tensor]:
    """Return zeros for the pooling layer of BertModel, which mean pooling does not use."""
    size = shape.hidden
    return {"pooler.dense.weight": np.zeros((size, size), np.float32), "pooler.dense.bias": np.zeros(size, np.float32)}


def _config(shape: Shape) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "bfloat16",
        "hidden_act": "gelu",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.inner,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": shape.positions,
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "pad_token_id": 0,
        "type_vocab_size": shape.types,
        "vocab_size": shape.vocabulary,
    }


def _tokenizer(packed: Packed) -> dict[str, Any]:
    """Return the tokenizer of XLM-RoBERTa.

    It maps characters as Unicode's NFKC does, but drops control characters and takes more kinds of space for a space.
    """
    dropped = "".join(sorted(character for character, read in packed.normalised.items() if not read))
    spaces = "".join(sorted(character for character, read in packed.normalised.items() if read == " "))
    ids = {word: number for number, (word, _) in enumerate(packed.pieces) if word in _SPECIAL}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": number, "content": word, "special": True, "single_word": False, "lstrip": word == "<mask>"}
            | {"rstrip": False, "normalized": False}
            for word, number in ids.items()
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                _replacing(f"[{_escaped(dropped)}]", ""),
                _replacing(f"[{_escaped(spaces)}]", " "),
                {"type": "NFKC"},
                _replacing(" {2,}", " "),
            ],
        },
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "WhitespaceSplit"},
                {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
            ],
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [_special("<s>"), _sequence("A"), _special("</s>")],
            "pair": [_special("<s>"), _sequence("A"), *2 * [_special("</s>")], _sequence("B"), _special("</s>")],
            "special_tokens": {
                word: {"id": word, "ids": [ids[word]], "tokens": [word]} for word in ("<s>", "</s>") if word in ids
            },
        },
        "decoder": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
        "model": {"type": "Unigram", "unk_id": ids["<unk>"], "vocab": packed.pieces, "byte_fallback": False},
    }


def _tokenizer_config(positions: int, added: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the settings of the tokenizer.

    They repeat the added tokens: without them, transformers reads all 250,000 pieces in Python to find these, which
    takes 0.8 s of the 1.4 s in which the model is loaded.
    """
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": positions,
        "model_input_names": ["input_ids", "attention_mask"],
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "mask_token": "<mask>",
        "added_tokens_decoder": {
            str(token["id"]): {name: value for name, value in token.items() if name != "id"} for token in added
        },
    }


def _replacing(pattern: str, content: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": content}


def _escaped(characters: str) -> str:
    return "".join(f"\\x{{{ord(character):x}}}" for character in characters)


def _special(word: str) -> dict[str, Any]:
    return {"SpecialToken": {"id": word, "type_id": 0}}


def _sequence(name: str) -> dict[str, Any]:
    return {"Sequence": {"id": name, "type_id": 0}}


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=None, separators=(",", ":")), "utf-8")
