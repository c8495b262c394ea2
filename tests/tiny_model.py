"""A very small language model of our own, made where it is needed, and served by llama.cpp.

A Llama of 0.8 million parameters, trained for a minute or a few on the shipped corpus to write
sentences that end in markers, and written as GGUF. It writes law-like nonsense under confident
citations, which is what it is for: whatever a model writes, nothing unsupported may be shown.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from assistant.build import load_shipped_documents
from assistant.generation_parse import split_sentences

VOCABULARY, WIDTH, LAYERS, HEADS, INNER = 2048, 128, 2, 4, 256
CONTEXT, LENGTH, BATCH = 16384, 128, 8
BEGIN, END, USER, MODEL = "<s>", "</s>", "<|user|>", "<|model|>"
TEMPLATE = (
    "{% for m in messages %}{{ '" + USER + "' + m['content'] }}{% endfor %}{{ '" + MODEL + "' }}"
)


def make_tiny_model(path: Path, steps: int = 250) -> Path:
    """Train the model and write it to `path` (GGUF); the same steps give the same model."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(7)
    texts = _training_texts()
    tokenizer = _train_tokenizer(texts)
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=INNER,
        num_hidden_layers=LAYERS, num_attention_heads=HEADS, num_key_value_heads=HEADS,
        max_position_embeddings=CONTEXT, tie_word_embeddings=False,
    )
    model = LlamaForCausalLM(config)
    ids = [i for text in texts for i in tokenizer.encode(text).ids]
    stream = torch.tensor(ids)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
    draw = random.Random(7)
    for _ in range(steps):
        starts = [draw.randrange(len(stream) - LENGTH) for _ in range(BATCH)]
        batch = torch.stack([stream[start : start + LENGTH] for start in starts])
        loss = model(input_ids=batch, labels=batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    _write_gguf(path, model, tokenizer)
    return path


def _training_texts() -> list[str]:
    draw = random.Random(7)
    found = []
    for document in load_shipped_documents():
        sentences = [s for s in split_sentences(document.body) if 5 <= len(s.split()) <= 60]
        for place in range(0, len(sentences) - 3, 3):
            said = [s.rstrip(".;") for s in sentences[place : place + 3]]
            told = " ".join(f"{s} [{draw.randint(1, 12)}]." for s in said)
            found.append(f"{BEGIN}{USER}{document.label}?{MODEL}{told}{END}")
    return found


def _train_tokenizer(texts: list[str]) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=[BEGIN, END, USER, MODEL],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def _write_gguf(path: Path, model: Any, tokenizer: Any) -> None:
    import gguf

    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(model.config.rms_norm_eps)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(VOCABULARY)
    _write_vocabulary(writer, tokenizer)
    for name, value in model.state_dict().items():
        writer.add_tensor(*_tensor(name, value.float().numpy()))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_vocabulary(writer: Any, tokenizer: Any) -> None:
    import json

    import gguf

    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    tokens += [f"<unused{n}>" for n in range(VOCABULARY - len(tokens))]
    special = {BEGIN, END, USER, MODEL}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(
        [gguf.TokenType.CONTROL if t in special else gguf.TokenType.NORMAL for t in tokens]
    )
    merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
    writer.add_token_merges(merges)
    writer.add_bos_token_id(tokens.index(BEGIN))
    writer.add_eos_token_id(tokens.index(END))
    writer.add_chat_template(TEMPLATE)


_NAMES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def _tensor(name: str, value: np.ndarray) -> tuple[str, np.ndarray]:
    """GGUF's name; queries and keys in its order of rotated pairs."""
    whole = {
        "model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
        "lm_head.weight": "output.weight",
    }
    if name in whole:
        return whole[name], value
    _, _, layer, rest = name.split(".", 3)
    part = rest.removesuffix(".weight")
    if part in ("self_attn.q_proj", "self_attn.k_proj"):
        value = value.reshape(HEADS, 2, WIDTH // HEADS // 2, WIDTH).swapaxes(1, 2)
        value = np.ascontiguousarray(value.reshape(WIDTH, WIDTH))
    return f"blk.{layer}.{_NAMES[part]}.weight", value


@contextmanager
def serve_gguf(path: Path) -> Iterator[str]:
    """llama.cpp's own server over a GGUF file, on loopback; the address of its OpenAI API."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.warmup = False
    server = xllamacpp.Server(params)
    try:
        yield f"{server.listening_address}/v1"
    finally:
        del server
