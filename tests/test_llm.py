"""Chat models by name: what is missing is told at start, addresses are given outright, keys hidden."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from assistant.config import ProviderKeys, Settings, load_provider_keys
from assistant.errors import ConfigurationError
from assistant.llm import make_chat_models

KEY = "sk-0123456789"
KEYS = ProviderKeys.model_construct(
    openai=SecretStr(KEY), anthropic=None, google_genai=None
)
NONE = ProviderKeys.model_construct(openai=None, anthropic=None, google_genai=None)


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]


def test_nothing_set_is_no_model() -> None:
    assert make_chat_models(settings(), NONE) == ()
    assert make_chat_models(settings(chat_model=" "), NONE) == ()


def test_an_openai_model_has_its_address_limits_and_no_retries() -> None:
    (chat,) = make_chat_models(settings(chat_model="openai:gpt-x", chat_timeout_seconds=7), KEYS)
    model: Any = chat.model
    assert chat.host == "api.openai.com" and chat.is_hosted
    assert str(model.root_client.base_url) == "https://api.openai.com/v1/"
    assert (model.temperature, model.max_retries, model.request_timeout) == (0.0, 0, 7.0)


def test_the_host_named_is_the_host_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider package's own variables would send questions elsewhere than the page says."""
    monkeypatch.setenv("OPENAI_API_BASE", "https://elsewhere.example/v1")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://elsewhere.example/v1")
    (chat,) = make_chat_models(settings(chat_model="openai:gpt-x"), KEYS)
    model: Any = chat.model
    assert "elsewhere" not in str(model.root_client.base_url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_an_own_server_needs_no_key_and_is_local(host: str) -> None:
    held = settings(chat_model="openai:qwen", chat_base_url=f"http://{host}:8000/v1")
    (chat,) = make_chat_models(held, NONE)
    assert not chat.is_hosted


def test_a_fallback_is_the_second() -> None:
    held = settings(
        chat_model="openai:one", chat_fallback_model="openai:two",
        chat_fallback_base_url="http://127.0.0.1:1/v1",
    )
    assert [chat.name for chat in make_chat_models(held, KEYS)] == ["openai:one", "openai:two"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"chat_model": "gpt-x"}, "provider:model"),
        ({"chat_model": "openai:"}, "provider:model"),
        ({"chat_model": "huggingface:x"}, "openai, anthropic, google-genai, ollama"),
        ({"chat_model": "openai:x"}, "OPENAI_API_KEY"),
        ({"chat_model": "anthropic:x"}, "ANTHROPIC_API_KEY"),
        ({"chat_model": "google-genai:x"}, "GOOGLE_API_KEY"),
        ({"chat_model": "openai:x", "chat_base_url": "127.0.0.1:8000"}, "http://"),
        ({"chat_model": "openai:x", "chat_base_url": "http://me:secret@host/v1"}, "no user name"),
        ({"chat_fallback_model": "openai:x"}, "ASSISTANT_CHAT_MODEL"),
        ({"chat_model": "openai:x", "chat_daily_usd": 1}, "PER_MILLION_TOKENS"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        make_chat_models(settings(**values), NONE)


def test_a_missing_package_is_told_with_the_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_ollama", None)  # as if it were not installed
    with pytest.raises(ConfigurationError, match=r"pip install .*\[ollama\]"):
        make_chat_models(settings(chat_model="ollama:x"), NONE)


@pytest.mark.parametrize(
    ("package", "name", "key"),
    [
        ("langchain_anthropic", "anthropic:claude-x", "ANTHROPIC_API_KEY"),
        ("langchain_google_genai", "google-genai:gemini-x", "GOOGLE_API_KEY"),
        ("langchain_ollama", "ollama:qwen", "OPENAI_API_KEY"),
    ],
)
def test_the_other_providers_take_the_same_limits(
    package: str, name: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip(package, reason=f"optional: pip install {package.replace('_', '-')}")
    monkeypatch.setenv(key, KEY)
    (chat,) = make_chat_models(settings(chat_model=name, chat_timeout_seconds=7), load_provider_keys())
    assert KEY not in repr(chat) and chat.model.temperature == 0  # type: ignore[attr-defined]
    assert chat.is_hosted == (package != "langchain_ollama")


def test_keys_come_from_the_environment_and_are_shown_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    keys = load_provider_keys()
    assert keys.secrets() == (KEY,)
    shown = repr(keys) + str(keys) + keys.model_dump_json()
    shown += repr(make_chat_models(settings(chat_model="openai:x"), keys))
    assert KEY not in shown


def test_remote_tracing_stays_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANGSMITH_TRACING", raising=False)
    make_chat_models(settings(chat_model="openai:x"), KEYS)
    assert os.environ["LANGSMITH_TRACING"] == "false"


def test_a_negative_price_is_refused() -> None:
    with pytest.raises(ValidationError):
        settings(chat_input_usd_per_million_tokens=-1)
