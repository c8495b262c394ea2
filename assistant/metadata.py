"""What a text is, read from the text itself: every field with its evidence.

A field that is not found stays empty: a missing date is seen in the preview and can be entered, an
invented one would make a repealed law look valid. The id is formed as in the corpus
(`law-116-2025`, `decision-964-qd-ttg-2022`); where the corpus already holds the number, its id is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.evidence import Finding
from assistant.metadata_effects import (
    find_amended,
    find_basis,
    find_effective,
    find_effective_note,
    find_replaced,
)
from assistant.metadata_heads import cut_head, find_issuer, find_kind, find_own_number, find_signed
from assistant.metadata_titles import find_title, make_label
from assistant.schema import Document, Language
from assistant.text import detect_language, fold

_ARTICLE_HEADS = re.compile(
    r"^[ \t#*_>]*(?:[ĐÐ]iều|[ĐÐ]IỀU|Article|ARTICLE)\s+\d{1,3}\b", re.MULTILINE
)
# Numbered by the year for the whole country; the others share their numbers among issuers.
_YEARLY_KINDS = {"law", "decree", "ordinance"}
# Numbered once and for all, without beginning anew each year.
_SERIES_KINDS = {"treaty", "protocol", "agreement", "regulation"}
_LONGEST_SLUG = 60


@dataclass(frozen=True, slots=True)
class Metadata:
    """The fields of a text as they were read. `replaces`, `amends` and `implements` hold official
    numbers as the text writes them; `id` is the text id it gets."""

    id: str
    language: Finding[Language]
    kind: Finding[str]
    title: Finding[str]
    number: Finding[str] | None = None
    issuer: Finding[str] | None = None
    adopted: Finding[date] | None = None
    effective_from: Finding[date] | None = None
    effective_note: Finding[str] | None = None
    replaces: tuple[Finding[str], ...] = ()
    amends: tuple[Finding[str], ...] = ()
    implements: tuple[Finding[str], ...] = ()


def read_metadata(text: str, *, file_name: str = "", held: Sequence[Document] = ()) -> Metadata:
    """Read a text (NFC, `\\n` line ends). `held` are the documents of the corpus.

    Quotes are `text[start:end]`; a finding from elsewhere (the file's name) has an empty quote or
    the words it comes from, and both offsets 0.
    """
    language: Language = detect_language(text[:20_000])
    head = cut_head(text)
    is_legal = len(_ARTICLE_HEADS.findall(text)) >= 2
    number = (
        find_own_number(text, head, file_name, held)
        if is_legal or _has_legal_head(head.own)
        else None
    )
    own = number.value if number else None
    kind = find_kind(text, head, own, is_legal)
    title = find_title(text, head, kind, own)
    adopted = find_signed(text, head, own)
    effective = find_effective(text, adopted.value if adopted else None)
    return Metadata(
        id=match_id(own, held)
        or form_id(kind.value, own, title.value, adopted.value if adopted else None),
        language=Finding(language, "", 0, 0, 0.95, "whole_text"),
        kind=kind,
        title=title,
        number=number,
        issuer=find_issuer(own, language, text, head),
        adopted=adopted,
        effective_from=effective,
        effective_note=find_effective_note(text, effective),
        replaces=find_replaced(text, own),
        amends=find_amended(text, own),
        implements=find_basis(text, head.end, title.value, held),
    )


def _has_legal_head(head: str) -> bool:
    """Whether the head is that of an act or treaty, which a news article about one does not have."""
    folded = fold(head[:2500])
    marks = (
        "doc lap",
        "independence",
        "treaty series",
        "a/res/",
        "cong hoa xa hoi",
        "socialist republic",
    )
    return any(mark in folded for mark in marks) or bool(
        re.search(r"^\W*(?:Số|SỐ|No\.?)\s*:", head, re.MULTILINE)
    )


def match_id(number: str | None, held: Sequence[Document]) -> str | None:
    """The id of the text of the corpus that bears the number, if there is one."""
    if number is None:
        return None
    wanted = fold(number)
    return next((held_.id for held_ in held if held_.number and fold(held_.number) == wanted), None)


def form_id(kind: str, number: str | None, title: str, adopted: date | None) -> str:
    """An id in the corpus's form, from the number where there is one, else from the title."""
    if number:
        dated = re.match(r"(\d+)/((?:19|20)\d\d)\b", number)
        if dated and kind in _YEARLY_KINDS:
            return f"{kind}-{dated[1]}-{dated[2]}"
        is_series = kind in _SERIES_KINDS
        year = "" if dated or is_series or not adopted else f"-{adopted.year}"
        return f"{kind}-{_slug(number)}{year}"
    prefix = "topic" if kind == "article" else kind
    words = _slug(title).removeprefix(f"{prefix}-") or "untitled"
    return f"{prefix}-{words}"


def _slug(text: str) -> str:
    """Small letters, digits and hyphens, cut at a word."""
    slug = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
    return slug if len(slug) <= _LONGEST_SLUG else slug[:_LONGEST_SLUG].rsplit("-", 1)[0]


def make_document(
    metadata: Metadata,
    body: str,
    held: Sequence[Document],
    *,
    source_url: str | None,
    articles_total: int | None,
) -> Document:
    """The document the metadata describes. Numbers of texts that the corpus holds become their ids."""
    adopted = metadata.adopted.value if metadata.adopted else None
    number = metadata.number.value if metadata.number else None
    kind, language = metadata.kind.value, metadata.language.value

    def ids(findings: Sequence[Finding[str]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(match_id(f.value, held) or f.value for f in findings))

    return Document(
        id=metadata.id,
        language=language,
        title=metadata.title.value,
        label=make_label(metadata.title.value, kind, number, adopted, language),
        kind=kind,
        body=body,
        number=number,
        issuer=metadata.issuer.value if metadata.issuer else None,
        adopted=adopted,
        effective_from=metadata.effective_from.value if metadata.effective_from else None,
        effective_note=metadata.effective_note.value if metadata.effective_note else None,
        replaces=ids(metadata.replaces),
        implements=ids(metadata.implements),
        source_url=source_url,
        authority="official" if number else "secondary",
        text_kind="official",
        verified="unverified",
        articles_total=articles_total,
        complete=True,
    )
