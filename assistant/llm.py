"""Chat models by their name: LangChain's `init_chat_model` behind one setting.

`openai:gpt-…`, `anthropic:claude-…`, `google-genai:gemini-…`, `ollama:…`, and with
ASSISTANT_CHAT_BASE_URL any server that speaks the OpenAI API (vLLM, llama.cpp): `openai:name`.

Addresses are always given outright, never left to a provider package's own variables, so that the
host which the page names is the host that gets the question. Retries are off: a model that fails is
answered for by the extractive answer at once, and by the circuit breaker after that.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.circuit_breaker import CircuitBreaker
from assistant.config import ProviderKeys, Settings
from assistant.errors import ConfigurationError

if TYPE_CHECKING:
    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.language_models import BaseChatModel


@dataclass(frozen=True, slots=True)
class Provider:
    """How a provider is named by LangChain, reached, installed and given its key."""

    langchain_name: str
    address: str
    package: str
    key: str | None = None

    @property
    def variable(self) -> str:
        return {"google_genai": "GOOGLE_API_KEY"}.get(self.key or "", f"{self.key}_API_KEY".upper())


PROVIDERS = {
    "openai": Provider("openai", "https://api.openai.com/v1", "openai", "openai"),
    "anthropic": Provider("anthropic", "https://api.anthropic.com", "anthropic", "anthropic"),
    "google-genai": Provider(
        "google_genai", "https://generativelanguage.googleapis.com", "google-genai", "google_genai"
    ),
    "ollama": Provider("ollama", "http://127.0.0.1:11434", "ollama"),
}
# What a server without keys is given: the client of the OpenAI API insists on one.
_NO_KEY = "none"


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A model that can be asked: `name` as set, `host` it runs on, and its circuit breaker."""

    name: str
    host: str
    model: BaseChatModel
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)

    @property
    def is_hosted(self) -> bool:
        """Whether a question sent to it leaves this machine."""
        return not is_loopback(self.host)


def make_chat_models(
    settings: Settings, keys: ProviderKeys, callbacks: Sequence[BaseCallbackHandler] = ()
) -> tuple[ChatModel, ...]:
    """The model set and its fallback, in that order; empty when none is set.

    Raises ConfigurationError for an unknown provider, a missing package or a missing key: here, at
    start, and not at the first question.
    """
    if settings.chat_model is None:
        if settings.chat_fallback_model:
            raise ConfigurationError(
                "ASSISTANT_CHAT_FALLBACK_MODEL is set without ASSISTANT_CHAT_MODEL. Set the first too."
            )
        return ()
    if settings.chat_daily_usd is not None and not _has_prices(settings):
        raise ConfigurationError(
            "ASSISTANT_CHAT_DAILY_USD needs prices: set ASSISTANT_CHAT_INPUT_USD_PER_MILLION_TOKENS "
            "and ASSISTANT_CHAT_OUTPUT_USD_PER_MILLION_TOKENS, or limit ASSISTANT_CHAT_DAILY_TOKENS."
        )
    forbid_remote_tracing()
    named = [(settings.chat_model, settings.chat_base_url)]
    if settings.chat_fallback_model:
        named.append((settings.chat_fallback_model, settings.chat_fallback_base_url))
    return tuple(
        ChatModel(name, _host(name, url), make_chat_model(name, url, settings, keys, callbacks))
        for name, url in named
    )


def make_chat_model(
    name: str,
    base_url: str | None,
    settings: Settings,
    keys: ProviderKeys,
    callbacks: Sequence[BaseCallbackHandler] = (),
) -> BaseChatModel:
    """One `provider:model`, at temperature 0 and without retries. Raises ConfigurationError."""
    from langchain.chat_models import init_chat_model

    provider, model = _split(name)
    key = _key(name, provider, base_url, keys)
    options = _options(provider, base_url or provider.address, settings)
    if key is not None:
        options["api_key"] = key
    if callbacks:
        options["callbacks"] = list(callbacks)
    try:
        made: BaseChatModel = init_chat_model(
            model, model_provider=provider.langchain_name, temperature=0, **options
        )
    except ImportError as error:
        raise ConfigurationError(
            f"{name} needs a package. Run: pip install 'cyber-cooperation-assistant[{provider.package}]' "
            f"(or pip install langchain-{provider.package})"
        ) from error
    return made


def forbid_remote_tracing() -> None:
    """Questions may be confidential: no tracing service gets them unless someone asks for it."""
    os.environ.setdefault("LANGSMITH_TRACING", "false")


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _has_prices(settings: Settings) -> bool:
    prices = (
        settings.chat_input_usd_per_million_tokens,
        settings.chat_output_usd_per_million_tokens,
    )
    return None not in prices


def _split(name: str) -> tuple[Provider, str]:
    provider, _, model = name.partition(":")
    if provider not in PROVIDERS or not model.strip():
        raise ConfigurationError(
            f"{name!r} is no chat model. Write provider:model with one of {', '.join(PROVIDERS)}; "
            "for a server of your own: openai:name and ASSISTANT_CHAT_BASE_URL."
        )
    return PROVIDERS[provider], model.strip()


def _host(name: str, base_url: str | None) -> str:
    address = base_url or _split(name)[0].address
    parts = urlsplit(address)
    host = parts.hostname
    if parts.username or parts.password:
        raise ConfigurationError(
            "An address of a chat model must hold no user name or password, for addresses are shown "
            "and stored. Take them out; a key goes into the provider's own variable."
        )
    if not host or not address.startswith(("http://", "https://")):
        raise ConfigurationError(
            f"{address!r} is no address of a chat model. Write it like http://127.0.0.1:8000/v1."
        )
    return host


def _key(name: str, provider: Provider, base_url: str | None, keys: ProviderKeys) -> str | None:
    if provider.key is None:
        return None
    held = getattr(keys, provider.key)
    key: str = held.get_secret_value().strip() if held else ""
    if not key and base_url is None:
        raise ConfigurationError(
            f"{name} needs a key. Set {provider.variable} in the environment or in .env."
        )
    return key or _NO_KEY


def _options(provider: Provider, address: str, settings: Settings) -> dict[str, Any]:
    """The same limits under each package's own names."""
    seconds, tokens = settings.chat_timeout_seconds, settings.chat_answer_tokens
    if provider.langchain_name == "ollama":
        window = settings.chat_context_tokens
        return {
            "base_url": address, "num_predict": tokens, "num_ctx": window,
            "client_kwargs": {"timeout": seconds},
        }
    options: dict[str, Any] = {"timeout": seconds, "max_tokens": tokens, "max_retries": 0}
    if provider.langchain_name == "google_genai":
        options["max_retries"] = 1  # that package counts attempts
        if address == provider.address:
            return options
    if provider.langchain_name == "openai":
        options["stream_usage"] = True  # off by default for an address of one's own
    return options | {"base_url": address}
