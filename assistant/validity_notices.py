"""What the reader has to know about the texts cited: ended, not yet in force, changed, in dispute."""

from __future__ import annotations

from assistant.drafting import Draft
from assistant.phrases import phrase
from assistant.schema import Citation, Document
from assistant.text import fold
from assistant.validity import DATED_KINDS, changes_affecting, validity_on

_CONFLICT = ("nguon khong thong nhat", "sources disagree")
_UNVERIFIED = ("chua xac minh", "unverified")


def add_validity_notices(draft: Draft) -> None:
    """One line for each cited text that is not in force on the day, and for changes in meaning."""
    already = " ".join(claim.text for claim in draft.claims)
    seen: set[str] = set()
    for citation in list(draft.citations):
        document = draft.library.documents[citation.document_key]
        if document.id in seen or document.kind not in DATED_KINDS:
            continue
        seen.add(document.id)
        if draft.query.intent not in ("validity",) and "compare" != draft.query.intent:
            _note_state(draft, document, citation, already)
        _note_wording(draft, document, citation)
    _note_changes(draft)


def _note_state(draft: Draft, document: Document, citation: Citation, already: str) -> None:
    held = validity_on(document, draft.day)
    labels, numbers = _successor_labels(draft, document, citation)
    facts = {
        "label": draft.name(document),
        "labels": labels,
        "day": draft.day_text(held.until) if held.until else "",
    }
    cited = [citation.number, *numbers]
    if held.state == "ended" and not _is_predecessor_line(draft, citation):
        draft.note("repealed", "successors" if labels else "no_successor", cited, **facts)
    elif held.state == "in_force" and held.until and not _is_predecessor_line(draft, citation):
        by = phrase("by", draft.language, labels=labels) if labels else ""
        draft.note("repealed", "later_ended", cited, by=by, **facts)
    elif held.state == "not_yet":
        from_day = (
            phrase("from_day", draft.language, day=draft.day_text(held.since)) if held.since else ""
        )
        draft.note(
            "not_yet", "not_yet", cited, asked=draft.day_text(draft.day), from_day=from_day, **facts
        )


def _note_wording(draft: Draft, document: Document, citation: Citation) -> None:
    """Say when a text reads otherwise since, or before."""
    label = draft.name(document)
    if document.version_to:
        until, last = draft.day_text(document.version_to), draft.last_day_text(document.version_to)
        draft.note("changed", "earlier_wording", [citation.number], label=label, day=until, last=last)
    elif document.version_from and draft.day < document.version_from:
        since = draft.day_text(document.version_from)
        draft.note("not_yet", "later_wording", [citation.number], label=label, day=since)


def _is_predecessor_line(draft: Draft, citation: Citation) -> bool:
    """Whether the text is cited only as what came before: that line says so itself."""
    using = [claim for claim in draft.claims if citation.number in claim.citations]
    marker = phrase("predecessors", draft.language, day="\0", labels="\0").split("\0")[0]
    return bool(using) and all(claim.text.startswith(marker.strip()) for claim in using)


def _successor_labels(
    draft: Draft, document: Document, citation: Citation
) -> tuple[str, list[int]]:
    """Labels of what took the cited provision's place, else of the text that replaced its text."""
    labels, numbers = [], []
    rows = draft.library.concordance.successors(citation.provision_id)
    for row in rows[:2]:
        text_id = row.new.split("/", 1)[0]
        number = draft.cite_provision(text_id, row.new) if row.new else None
        held = draft.library.document_of(text_id, draft.language) if row.new else None
        if number and held:
            labels.append(draft.label(held, row.new))
            numbers.append(number)
    if not labels:
        for text_id in document.replaced_by:
            held = draft.library.document_of(text_id, draft.language)
            labels.append(held.label if held else text_id)
    return ", ".join(dict.fromkeys(labels)), numbers


def _note_changes(draft: Draft) -> None:
    quoted = {
        number
        for claim in draft.claims
        if claim.kind in ("quote", "table")
        for number in claim.citations
    }
    ids = [c.provision_id for c in draft.citations if c.number in quoted]
    for change in changes_affecting(draft.library.changes, ids)[:2]:
        number = draft.cite_provision(change.source.split("/", 1)[0], change.source)
        cited = [number] if number else []
        text = change.vi if draft.language == "vi" else change.en
        draft.note("changed", "changed", cited, text=text)


def add_source_notices(draft: Draft) -> None:
    """Mark that quoted passages report a disagreement or something unverified."""
    unverified = []
    for claim in draft.claims:
        if claim.kind != "quote":
            continue
        if any(fold(claim.text).startswith(marker) for marker in _UNVERIFIED):
            unverified += [str(number) for number in claim.citations]
        if any(marker in fold(claim.text) for marker in _CONFLICT):
            draft.note("conflict", "conflict", claim.citations)
    if unverified:
        draft.note(
            "unverified",
            "unverified",
            [int(n) for n in unverified],
            numbers=", ".join(f"[{n}]" for n in dict.fromkeys(unverified)),
        )
