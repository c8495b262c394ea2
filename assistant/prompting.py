"""The prompts, one file a purpose and language in `prompts/`, checked when they are loaded.

A file holds the system's part and the user's, parted by a line `---`. A variable that is missing or
misspelled is a ConfigurationError at start, not a failure at question 300.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Literal

from langchain_core.prompts import ChatPromptTemplate

from assistant.errors import ConfigurationError
from assistant.schema import Language

Purpose = Literal["answer", "repair", "condense"]
Prompts = Mapping[tuple[Purpose, Language], ChatPromptTemplate]

# What a model writes, alone, when the sources do not hold the answer: prompts, code and tests read
# it here. It means the same as our own abstention.
REFUSAL = "NO_ANSWER_IN_SOURCES"

_VARIABLES: dict[Purpose, frozenset[str]] = {
    "answer": frozenset(("refusal", "as_of", "sources", "question")),
    "repair": frozenset(("refusal", "as_of", "sources", "question", "faults")),
    "condense": frozenset(("previous", "question")),
}


def load_prompts(folder: Path | None = None) -> Prompts:
    """Every prompt in both languages. Raises ConfigurationError that names the file at fault."""
    where = folder or Path(str(files("assistant") / "prompts"))
    languages: tuple[Language, Language] = ("vi", "en")
    return {
        (purpose, language): _load(where / f"{purpose}.{language}.txt", wanted)
        for purpose, wanted in _VARIABLES.items()
        for language in languages
    }


def _load(path: Path, wanted: frozenset[str]) -> ChatPromptTemplate:
    try:
        system, separator, user = path.read_text(encoding="utf-8").partition("\n---\n")
    except OSError as error:
        raise ConfigurationError(f"The prompt {path.name} is missing. Reinstall the package.") from error
    if not separator:
        raise ConfigurationError(f"{path.name}: part the system's and the user's text by a line ---.")
    try:
        template = ChatPromptTemplate.from_messages([("system", system), ("human", user)])
    except ValueError as error:
        raise ConfigurationError(f"{path.name}: {error}. Mend the braces.") from error
    named = frozenset(template.input_variables)
    if named != wanted:
        odd = ", ".join(sorted(named ^ wanted))
        raise ConfigurationError(f"{path.name}: missing or unknown variables: {odd}. Mend the file.")
    return template.partial(refusal=REFUSAL) if "refusal" in wanted else template
