"""Answer to Markdown. Official words stand in quotation marks; a digest's words never do."""

from __future__ import annotations

from assistant.phrases import phrase
from assistant.schema import Answer, Citation, Claim, Notice


def render_text(answer: Answer) -> str:
    """The whole answer as Markdown: understood, claims, notices, nearest provisions, sources."""
    pieces = [render_understood(answer)]
    pieces += [render_claim(claim, answer) for claim in answer.claims]
    pieces += [render_notices(answer), render_nearest(answer), render_sources(answer)]
    return "\n\n".join(piece for piece in pieces if piece).strip() + "\n"


def render_understood(answer: Answer) -> str:
    query = answer.query
    if not (query.restored or query.followed_up):
        return ""
    return phrase("understood", query.language, text=query.standalone)


def render_claim(claim: Claim, answer: Answer) -> str:
    """One claim with its markers. A quotation keeps its lines; points become list items."""
    if claim.kind == "table":
        return f"{claim.text}\n\n{_render_table(claim)}"
    marks = _marks(claim.citations)
    if claim.kind == "quote":
        return _render_quote(claim.text, marks, is_ours=_is_ours(claim, answer))
    if claim.text.endswith(":") or all(f"[{n}]" in claim.text for n in claim.citations):
        return claim.text  # a heading line; what follows carries the marker
    return f"{claim.text}{marks}"


def render_notices(answer: Answer) -> str:
    return "\n\n".join(_render_notice(notice) for notice in answer.notices)


def render_nearest(answer: Answer) -> str:
    if not answer.nearest:
        return ""
    lines = [phrase("nearest", answer.query.language)]
    lines += [f"- {citation.label} [{citation.number}]" for citation in answer.nearest]
    return "\n".join(lines)


def render_sources(answer: Answer) -> str:
    """The numbered sources that the answer uses, with kind and address."""
    used = {n for claim in answer.claims for n in claim.citations}
    used |= {n for notice in answer.notices for n in notice.citations}
    used |= {citation.number for citation in answer.nearest}
    citations = [citation for citation in answer.citations if citation.number in used]
    if not citations:
        return ""
    title = f"**{phrase('sources', answer.query.language)}**"
    return "\n".join([title, *(_render_source(citation, answer) for citation in citations)])


def _render_source(citation: Citation, answer: Answer) -> str:
    language = answer.query.language
    kind = phrase("kind_digest" if citation.is_digest else "kind_official", language)
    address = f" — {citation.url}" if citation.url else ""
    return f"[{citation.number}] {citation.label} ({kind}){address}"


def _render_notice(notice: Notice) -> str:
    if all(f"[{number}]" in notice.text for number in notice.citations):
        return notice.text
    return f"{notice.text}{_marks(notice.citations)}"


def _render_quote(text: str, marks: str, *, is_ours: bool) -> str:
    words = text if is_ours else f"«{text}»"
    first, *rest = words.split("\n")
    if not rest:
        return f"> {first}{marks}"
    return "\n>\n".join([f"> {first}", *(f"> {line}" for line in rest)]) + marks


def _render_table(claim: Claim) -> str:
    head, *rows = claim.rows
    lines = [_line([cell.text for cell in head]), _line(["---"] * len(head))]
    for row in rows:
        lines.append(
            _line([cell.text.replace("\n", "<br>") + _marks(cell.citations) for cell in row])
        )
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _is_ours(claim: Claim, answer: Answer) -> bool:
    cited = [c for c in answer.citations if c.number in claim.citations]
    return all(citation.is_digest for citation in cited)


def _marks(numbers: tuple[int, ...]) -> str:
    return " " + "".join(f"[{number}]" for number in numbers) if numbers else ""
