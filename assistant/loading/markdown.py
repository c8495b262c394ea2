"""Markdown with the front matter of corpus/README.md: the format in which the corpus is written.

Decision: every key must be written, `null` where there is nothing to say, and every value is
checked here. A default for a missing date would make a repealed law look valid; a misspelt key
would do the same silently. A message names the file, the key and what to write.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import DocumentError
from assistant.schema import Document

KINDS = (
    "law", "decree", "decision", "circular", "resolution", "ordinance", "directive", "regulation",
    "treaty", "protocol", "agreement", "strategy", "article", "glossary", "timeline",
)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

_Check = Callable[[Any], Any]


class _WrongValue(Exception):
    """A value is not what its key takes; the message is what to write."""


def load_markdown(path: Path) -> Document:
    """Read one document of the corpus.

    The body begins right after the front matter and is NFC with `\\n` line ends. Raises
    DocumentError, with what to write, where the file cannot be read, has no front matter, or has
    a key that is missing, unknown or holds something else than corpus/README.md says.
    """
    text = _read_text(path)
    found = _FRONT_MATTER.match(text)
    if not found:
        raise DocumentError(
            f"{path.name} has no front matter. Begin the file with a line ---, the keys of "
            "corpus/README.md, and another line ---.")
    values = _check_values(path, _read_yaml(path, found.group(1)))
    document = Document(body=text[found.end():], **values)
    _check_dates(path, document)
    return document


def has_front_matter(text: str) -> bool:
    """Whether a text begins with front matter of ours: it names a text_kind, which others do not."""
    found = _FRONT_MATTER.match(text)
    return found is not None and re.search(r"^text_kind\s*:", found[1], re.MULTILINE) is not None


def check_fields(source: str, values: dict[str, Any]) -> dict[str, Any]:
    """Some fields of a document as the front matter takes them, not necessarily all.

    `source` names in messages where they were written. Raises DocumentError with what to write.
    """
    unknown = sorted(key for key in values if key not in _CHECKS)
    if unknown:
        raise DocumentError(
            f"{source}: there is no field {', '.join(unknown)}. The fields: {', '.join(_CHECKS)}.")
    return {key: _check_value(source, key, value) for key, value in values.items()}


def _check_value(source: str, key: str, value: Any) -> Any:
    try:
        return _CHECKS[key](value)
    except _WrongValue as error:
        raise DocumentError(f"{source}: {key} is {value!r}. Write {error}.") from error


def _read_text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror}. Check the path.") from error
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"{path.name} is not UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def _read_yaml(path: Path, source: str) -> dict[str, Any]:
    try:
        values = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise DocumentError(
            f"The front matter of {path.name} is not YAML: {reason}. Put values that hold a colon "
            "or a quotation mark in quotes, and write dates as 2026-07-01.") from error
    if not isinstance(values, dict):
        raise DocumentError(f"The front matter of {path.name} holds no keys: write `key: value`.")
    return values


def _check_values(path: Path, values: dict[str, Any]) -> dict[str, Any]:
    missing = [key for key in _CHECKS if key not in values]
    if missing:
        raise DocumentError(
            f"{path.name}: the front matter has no {', '.join(missing)}. Write every key, with "
            "null where there is nothing to say.")
    unknown = sorted(str(key) for key in values if key not in _CHECKS)
    if unknown:
        raise DocumentError(
            f"{path.name}: the front matter has the unknown key {', '.join(unknown)}. Remove it; "
            "the keys are in corpus/README.md.")
    return {key: _check_value(path.name, key, values[key]) for key in _CHECKS}


def _check_dates(path: Path, document: Document) -> None:
    begins, ends = document.effective_from, document.effective_to
    if begins and ends and ends <= begins:
        raise DocumentError(
            f"{path.name}: effective_to {ends} is not after effective_from {begins}. Write the "
            "first day on which the text is no longer in force.")


def _read_string(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _WrongValue("some text, in quotes if it looks like a number or a date")
    return value.strip()


def _read_id(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise _WrongValue("small letters, digits and hyphens, as in law-116-2025")
    return value


def _read_date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.strip())
    except (AttributeError, ValueError):
        raise _WrongValue("an ISO date, as in 2026-07-01") from None


def _read_list(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(x, str) and x.strip() for x in value):
        raise _WrongValue("a list of texts, as in [law-24-2018, 85/2016/NĐ-CP], or []")
    return tuple(x.strip() for x in value)


def _read_count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _WrongValue("a whole number, as in 45")
    return value


def _read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _WrongValue("true or false")
    return value


def _optional(check: _Check) -> _Check:
    def read(value: Any) -> Any:
        try:
            return None if value is None else check(value)
        except _WrongValue as error:
            raise _WrongValue(f"{error}, or null") from None

    return read


def _one_of(*choices: str) -> _Check:
    def read(value: Any) -> str:
        if value not in choices:
            raise _WrongValue(f"one of {', '.join(choices)}")
        return str(value)

    return read


_CHECKS: dict[str, _Check] = {
    "id": _read_id,
    "title": _read_string,
    "label": _read_string,
    "aliases": _read_list,
    "kind": _one_of(*KINDS),
    "number": _optional(_read_string),
    "issuer": _optional(_read_string),
    "language": _one_of("vi", "en"),
    "adopted": _optional(_read_date),
    "effective_from": _optional(_read_date),
    "effective_to": _optional(_read_date),
    "effective_note": _optional(_read_string),
    "replaces": _read_list,
    "replaced_by": _read_list,
    "amended_by": _read_list,
    "implements": _read_list,
    "source_url": _optional(_read_string),
    "authority": _one_of("official", "secondary", "compiled"),
    "text_kind": _one_of("official", "digest"),
    "verified": _one_of("official", "secondary", "unverified"),
    "as_of": _optional(_read_date),
    "articles_total": _optional(_read_count),
    "complete": _read_flag,
}
