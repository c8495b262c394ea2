"""The field's terms in both languages: abbreviations, synonyms, and the bridge between languages.

Dense retrieval alone is weak across languages (XQuAD R@1 0.735), so a question's terms are also
searched by their names in the other language, in the lexical index.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ConfigurationError
from assistant.schema import Language
from assistant.text import fold


@dataclass(frozen=True, slots=True)
class Term:
    """A term with its name, synonyms and plain meaning in both languages."""

    vi: str
    en: str
    vi_aliases: tuple[str, ...] = ()
    en_aliases: tuple[str, ...] = ()
    vi_meaning: str = ""
    en_meaning: str = ""

    def name(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en


class Glossary:
    """Finds terms in a question, longest first, each stretch of text once."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = tuple(terms)
        self._by_name: dict[str, list[Term]] = {}
        for term in self.terms:
            for name in (term.vi, term.en, *term.vi_aliases, *term.en_aliases):
                held = self._by_name.setdefault(fold(name), [])
                if term not in held:
                    held.append(term)
        names = sorted(self._by_name, key=len, reverse=True)
        self._pattern = (
            re.compile(r"(?<!\w)(?:" + "|".join(re.escape(name) for name in names) + r")s?(?!\w)")
            if names
            else None
        )

    def find(self, text: str) -> tuple[Term, ...]:
        """Terms named in the text, in order."""
        if self._pattern is None:
            return ()
        found: list[Term] = []
        for match in self._pattern.finditer(fold(text)):
            name = match.group()
            terms = self._by_name.get(name) or self._by_name.get(name.removesuffix("s"), [])
            found += [term for term in terms if term not in found]
        return tuple(found)

    def translate(self, text: str, into: Language) -> str:
        """The names, in the other language, of the terms found; empty when there are none."""
        return " ; ".join(term.name(into) for term in self.find(text))

    def spell_out(self, text: str, language: Language) -> str:
        """Full names of the abbreviations in the text ("BCA" to "Bộ Công an")."""
        return " ; ".join(
            term.name(language)
            for term in self.find(text)
            if fold(term.name(language)) not in fold(text)
        )


def load_glossary(path: Path) -> Glossary:
    """The glossary of a TOML file; an absent file is an empty glossary."""
    if not path.is_file():
        return Glossary(())
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("term", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"{path}: not valid TOML ({error}). Mend the line named."
        ) from error
    return Glossary(
        [
            Term(
                vi=row["vi"],
                en=row["en"],
                vi_aliases=tuple(row.get("vi_aliases", ())),
                en_aliases=tuple(row.get("en_aliases", ())),
                vi_meaning=row.get("vi_meaning", ""),
                en_meaning=row.get("en_meaning", ""),
            )
            for row in rows
        ]
    )
