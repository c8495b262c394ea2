"""Addresses of texts and passages on this server: they can be linked, and say what was looked at."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from assistant.schema import Citation, Language, Query


def anchor_of(provision_id: str) -> str:
    """The id of a provision in its text's page: `law-116-2025/art-6/cl-3` is `art-6-cl-3`."""
    return provision_id.partition("/")[2].replace("/", "-")


def document_address(
    text_id: str,
    page_language: Language,
    *,
    text_language: str = "",
    as_of: date | None = None,
    span: tuple[int, int] | None = None,
    provision_id: str = "",
    version: str = "",
) -> str:
    """The page of a whole text; `span` is a stretch of its body that is marked. Without a `version`
    it is the wording of the day."""
    values: dict[str, str | int] = {"lang": page_language}
    if text_language and text_language != page_language:
        values["text"] = text_language
    if as_of is not None:
        values["as_of"] = as_of.isoformat()
    if version:
        values["version"] = version
    if span is not None:
        values |= {"start": span[0], "end": span[1]}
    if provision_id:
        # In the query too: what follows "#" never reaches the server, and the panel needs it.
        values["at"] = anchor_of(provision_id)
    anchor = f"#{anchor_of(provision_id)}" if provision_id else ""
    return f"/document/{text_id}?{urlencode(values)}{anchor}"


def passage_address(citation: Citation, query: Query, page_language: Language) -> str:
    """The address at which a citation's words stand, marked, on the day the answer speaks of."""
    key, _, language = citation.document_key.rpartition(".")
    text_id, _, version = key.partition("@")
    return document_address(
        text_id, page_language, text_language=language, as_of=query.as_of.end,
        span=(citation.start, citation.end), provision_id=citation.provision_id, version=version,
    )
