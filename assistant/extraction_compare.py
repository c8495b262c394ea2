"""Comparisons: one row a matter, one column a text with its validity; then what changed.

The two sides are the texts named, or a named text and what it replaced. Rows follow the newer
text's clauses; the concordance says which old clause stands beside each. Cells are whole clauses.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.drafting import Draft
from assistant.passages import Asked, find_passages, quotable_span
from assistant.phrases import phrase
from assistant.schema import Cell, Document, Provision, ProvisionReference
from assistant.text import collapse_spaces, fold
from assistant.validity import ConcordanceRow, validity_on

_COMPARING = re.compile(
    r"\b(?:so sanh|khac nhau|khac gi|khac|giong|nhu the nao|the nao|diem moi|thay doi gi|thay doi|voi|va|trong|cua|giua|tai|o"
    r"|compare|comparison|differences?|differ|between|versus|vs|and|the|of|in|how|do|does|what|changed|with|on|under)\b"
)


_DEFINITIONS = re.compile(r"giai thich tu ngu|definition|use of terms")


def compare_texts(draft: Draft, asked: Asked) -> bool:
    """A table over two texts; False when the question does not give two that are held."""
    sides = _sides(draft, asked)
    if len(sides) < 2:
        return False
    older, newer = sides
    matter = _matter(draft)
    if not matter and not draft.query.references:
        return False  # two whole texts cannot stand in a table; the general shape finds what is said
    units = [_best_unit(draft, asked, side, matter) for side in (older, newer)]
    if draft.query.references:
        units = [_named_unit(draft, side) or unit for side, unit in zip(sides, units, strict=True)]
    if units[0] is None or units[1] is None:
        return False
    old, new = _linked_units(draft, older, newer, units[0], units[1])
    rows = _rows(draft, (older, old), (newer, new))
    caption = phrase("compare_head", draft.language, matter=new.heading.strip() or matter)
    draft.table(caption, (_head(draft, older, newer), *rows))
    _say_changes(draft, older, newer, new)
    return True


def _sides(draft: Draft, asked: Asked) -> list[Document]:
    """Two documents, the older first."""
    documents = [draft.library.document_of(id_, draft.language) for id_ in draft.query.documents]
    named = [document for document in documents if document is not None]
    if len(named) == 1:
        kin = [*named[0].replaces, *named[0].replaced_by]
        others = [draft.library.document_of(id_, draft.language) for id_ in kin]
        named += [document for document in others if document is not None][:1]
    if len(named) > 2:
        named = _closest_pair(draft, asked, named)
    return sorted(
        named,
        key=lambda d: (
            (d.effective_from or d.adopted).toordinal()  # type: ignore[union-attr]
            if (d.effective_from or d.adopted)
            else 0
        ),
    )


def _matter(draft: Draft) -> str:
    text = draft.query.standalone
    for text_id in draft.query.documents:
        for language in ("vi", "en"):
            document = draft.library.documents.get(f"{text_id}.{language}")
            for name in (
                (document.label, document.title, *document.aliases, document.number or "")
                if document
                else ()
            ):
                if name:
                    text = re.sub(re.escape(name), " ", text, flags=re.I)
    folded = fold(text)
    if len(folded) != len(text):
        return collapse_spaces(text)
    kept = list(text)
    for match in _COMPARING.finditer(folded):
        kept[match.start() : match.end()] = " " * (match.end() - match.start())
    cleaned = re.sub(
        r"\b(?:luật|nghị định|law|decree|điều \d+|article \d+)\b|\b(?:19|20)\d\d\b|[?,.]",
        " ",
        "".join(kept),
        flags=re.I,
    )
    return collapse_spaces(cleaned)


def _best_unit(draft: Draft, asked: Asked, side: Document, matter: str) -> Provision | None:
    """The article (or section) of one text that speaks most about the matter."""
    query = replace(
        draft.query,
        standalone=matter or draft.query.standalone,
        documents=(side.id,),
        references=(),
    )
    retrieved = draft.retriever.retrieve(query, 8, only=side.id)
    passages = find_passages(
        retrieved, Asked(query, draft.retriever.lexical, draft.library.glossary), draft.library
    )
    scores: dict[str, float] = {}
    for passage in passages:
        unit = "/".join(passage.provision_id.split("/")[:2])
        scores[unit] = max(scores.get(unit, 0.0), passage.score)
    for item in retrieved:
        scores[item.chunk.unit] = scores.get(item.chunk.unit, 0.0) + 0.3 * max(item.score, 0.0)
    best = max(scores, key=lambda unit: (scores[unit], unit), default=None)
    held = draft.library.provision(side.key, best) if best else None
    inside = [p for p in passages if best and p.provision_id.startswith(best + "/")]
    if held is not None and inside and _DEFINITIONS.search(fold(held.heading)):
        # An article of definitions is a list of unrelated terms: only the one asked is compared.
        return draft.library.provision(side.key, inside[0].provision_id)
    return held


def _closest_pair(draft: Draft, asked: Asked, named: list[Document]) -> list[Document]:
    """Of several texts the one in force and the one before it that says most on the matter."""
    ended = [d for d in named if validity_on(d, draft.day).state == "ended"]
    others = [d for d in named if d not in ended]
    if not ended or not others:
        return named[:2]
    newer = next((d for d in others if set(d.replaces) & {e.id for e in ended}), others[0])
    matter = _matter(draft)
    scores = {}
    for side in ended:
        query = replace(draft.query, standalone=matter or draft.query.standalone, documents=(side.id,))
        found = find_passages(draft.retriever.retrieve(query, 3, only=side.id), asked, draft.library)
        scores[side.id] = found[0].score if found else 0.0
    older = max(ended, key=lambda d: (scores[d.id], d.id))
    return [older, newer]


def _named_unit(draft: Draft, side: Document) -> Provision | None:
    wanted = [r for r in draft.query.references if r.document_id == side.id and r.article]
    if not wanted:
        return None
    article = ProvisionReference(side.id, wanted[0].article).provision_id
    return draft.library.provision(side.key, article)


def _linked_units(
    draft: Draft, older: Document, newer: Document, old: Provision, new: Provision
) -> list[Provision]:
    """Where the concordance ties the newer unit to an older one, that one is compared."""
    for row in draft.library.concordance.predecessors(new.id):
        if row.old.startswith(older.id + "/"):
            unit = "/".join(row.old.split("/")[:2])
            held = draft.library.provision(older.key, unit)
            if held is not None and old.id != held.id and not draft.query.references:
                return [held, new]
    return [old, new]


def _head(draft: Draft, older: Document, newer: Document) -> tuple[Cell, ...]:
    columns = [
        Cell(
            phrase(
                "compare_column", draft.language, label=side.label, status=draft.short_status(side)
            )
        )
        for side in (older, newer)
    ]
    return (Cell(""), *columns)


def _rows(
    draft: Draft, older: tuple[Document, Provision], newer: tuple[Document, Provision]
) -> list[tuple[Cell, ...]]:
    if not _is_mapped(draft, older[0], newer[0]):
        # Without a concordance nothing is known of what answers what: the units stand side by side.
        name = Cell(newer[1].heading.strip() or older[1].heading.strip())
        return [(name, _cell(draft, *older), _cell(draft, *newer))]
    old_parts, new_parts = _parts(draft, *older), _parts(draft, *newer)
    used: set[str] = set()
    rows: list[tuple[Cell, ...]] = []
    for number, part in enumerate(new_parts):
        mate = _mate(draft, part, old_parts, used)
        if mate is None and len(new_parts) == len(old_parts) == 1:
            mate = old_parts[0]
        used |= {mate.id} if mate else set()
        rows.append(
            (
                Cell(_short_name(draft, newer[0], part, number)),
                _cell(draft, older[0], mate),
                _cell(draft, newer[0], part),
            )
        )
    for part in old_parts:
        if part.id not in used:
            name = Cell(_short_name(draft, older[0], part, len(rows)))
            moved = _moved_cell(draft, newer[0], part)
            rows.append((name, _cell(draft, older[0], part), moved))
    return rows


def _is_mapped(draft: Draft, older: Document, newer: Document) -> bool:
    return any(
        row.old.startswith(older.id + "/") and row.new.startswith(newer.id + "/")
        for row in draft.library.concordance.rows
    )


def _moved_cell(draft: Draft, newer: Document, part: Provision) -> Cell:
    """Where an old clause without a mate went: a point of another clause, or nowhere."""
    for row in draft.library.concordance.successors(part.id):
        held = draft.library.provision(newer.key, row.new) if row.new else None
        if held is not None:
            start, end = quotable_span(newer, held)
            return Cell(newer.body[start:end], (draft.cite(newer, held.id, start, end),))
    return _cell(draft, newer, None)


def _parts(draft: Draft, document: Document, unit: Provision) -> list[Provision]:
    children = [
        c
        for c in draft.library.children(document.key, unit.id)
        if c.level in ("clause", "paragraph")
    ]
    return children or [unit]


def _mate(
    draft: Draft, part: Provision, candidates: list[Provision], used: set[str]
) -> Provision | None:
    by_id = {candidate.id: candidate for candidate in candidates}
    exact = [row.old for row in draft.library.concordance.rows if row.new == part.id]
    below = [row.old for row in draft.library.concordance.rows if row.new.startswith(part.id + "/")]
    for old in (*exact, *below):
        clause = "/".join(old.split("/")[:3])
        if clause in by_id and clause not in used:
            return by_id[clause]
    return None


def _cell(draft: Draft, document: Document, part: Provision | None) -> Cell:
    if part is None:
        return Cell(phrase("nothing_said", draft.language))
    start, end = quotable_span(document, part)
    return Cell(document.body[start:end], (draft.cite(document, part.id, start, end),))


def _short_name(draft: Draft, document: Document, part: Provision, number: int) -> str:
    """A row's matter: the clause's lead-in, or its first words."""
    if part.heading:
        return part.heading.strip()
    start, end = quotable_span(document, part)
    line = document.body[start:end].split("\n", 1)[0]
    lead = line.split(":", 1)[0] if ":" in line[:120] else " ".join(line.split()[:8]) + " …"
    return lead


def _say_changes(draft: Draft, older: Document, newer: Document, unit: Provision) -> None:
    """The concordance's notes on what was added, dropped or moved, each citing both sides."""
    rows = [
        row
        for row in draft.library.concordance.rows
        if row.old.startswith(older.id + "/") and _is_in(row.new, unit.id) and _note(draft, row)
    ]
    rows = [row for row in rows if row.relation != "same"][:6]
    if not rows:
        return
    draft.frame("what_changed")
    for row in rows:
        cited = [draft.cite_provision(older.id, row.old), draft.cite_provision(newer.id, row.new)]
        draft.state("- " + _note(draft, row), [number for number in cited if number])


def _note(draft: Draft, row: ConcordanceRow) -> str:
    return row.note_vi if draft.language == "vi" else row.note_en


def _is_in(provision_id: str, unit_id: str) -> bool:
    return provision_id == unit_id or provision_id.startswith(unit_id + "/")
