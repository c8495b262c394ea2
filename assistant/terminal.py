"""What the terminal shows: text, tables, progress, and an answer as JSON.

A terminal gets rendered Markdown and drawn tables; a pipe or a file gets the Markdown itself and
tab-separated lines, so that `cut` and `grep` work. Rich reads NO_COLOR. Strings of documents and
questions never pass through Rich's markup, which would take "[1]" for a tag.

Imported by `cli` at start: typer's own company only (rich), nothing heavy.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from assistant.schema import Answer, Language, Query, RetrievedChunk

ShowProgress = Callable[[int, int, str], None]

_EXPLAINED: dict[str, tuple[str, str]] = {
    "standalone": ("Đã hiểu là", "Understood as"),
    "language": ("Ngôn ngữ trả lời", "Language of the answer"),
    "as_of": ("Tính tại", "As of"),
    "intent": ("Dạng câu hỏi", "Shape of the question"),
    "restored": ("Đã thêm dấu", "Accents restored"),
    "followed_up": ("Câu hỏi nối tiếp", "Follow-up"),
    "documents": ("Văn bản được nêu", "Texts named"),
    "references": ("Điều khoản được nêu", "Provisions named"),
    "expansions": ("Tìm thêm theo", "Also searched for"),
    "notes": ("Ghi chú", "Notes"),
}
_DATE_SOURCES: dict[str, tuple[str, str]] = {
    "said": ("theo câu hỏi", "said in the question"),
    "chosen": ("do người dùng chọn", "chosen"),
    "today": ("hôm nay", "today"),
}


def output_console() -> Console:
    """Standard output as it is now; made anew each time because tests and pipes replace it."""
    return Console(highlight=False, markup=False, emoji=False)


def error_console() -> Console:
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def print_error(message: str) -> None:
    """One line on standard error."""
    print(f"assistant: {' '.join(message.split())}", file=sys.stderr)


def print_note(message: str) -> None:
    """A line on standard error on what was put right."""
    print(f"assistant: đã sửa / mended: {message}", file=sys.stderr)


def print_markdown(text: str) -> None:
    console = output_console()
    if not console.is_terminal:
        print(text.rstrip("\n"))
        return
    from rich.markdown import Markdown

    # Markdown would run the numbered sources together, and Rich shows no HTML.
    lines = re.sub(r"\n(?=\[\d+\] )", "  \n", text).replace("<br>", " ")
    console.print(Markdown(lines))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """A drawn table on a terminal, tab-separated lines elsewhere; the first line is the head."""
    console = output_console()
    if not console.is_terminal:
        for row in (columns, *rows):
            print("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Names and values, one pair a line; pairs without a value are left out."""
    for name, value in pairs:
        if value:
            output_console().print(
                Text(f"{name}: ", style="bold").append(value, style="not bold"), soft_wrap=True
            )


@contextmanager
def indexing_progress(title: str) -> Iterator[ShowProgress]:
    """A callback (number, total, document) that shows progress on standard error."""
    console = error_console()
    console.print(title, soft_wrap=True)
    if not console.is_terminal:
        yield lambda number, total, key: console.print(f"{number}/{total} {key}", soft_wrap=True)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("…", total=None)

        def show(number: int, total: int, key: str) -> None:
            # Called before a document is indexed: it is the next one, not a finished one.
            bar.update(task, completed=number - 1, total=total, description=key)

        yield show
        total = bar.tasks[0].total or 0
        bar.update(task, completed=total, total=total, description="")


@contextmanager
def source_progress(title: str) -> Iterator[ShowProgress]:
    """A callback (done, total, what) for one source on standard error: pages, bytes or chunks.

    `total` 0 means that it is not known. A pipe gets nothing: the table that follows says it all.
    """
    console = error_console()
    if not console.is_terminal:
        yield lambda done, total, what: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title[:60], total=None)

        def show(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total or None, description=what[:60])

        yield show


def answer_as_json(answer: Answer, text: str) -> str:
    """The whole answer, dates in ISO form, and `text`, its rendered form, beside it."""
    return json.dumps(
        asdict(answer) | {"text": text}, ensure_ascii=False, indent=2, default=_plain_value
    )


def _plain_value(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def query_rows(query: Query) -> list[tuple[str, str]]:
    """How the question was understood, in the language of the answer."""
    place = 0 if query.language == "vi" else 1
    yes = ("có", "yes")[place]
    when = query.as_of
    days = f"{when.start} – {when.end}" if when.is_span else str(when.start)
    values = {
        "standalone": query.standalone,
        "language": query.language,
        "as_of": f"{days} ({_DATE_SOURCES[when.source][place]})",
        "intent": query.intent,
        "restored": yes if query.restored else "",
        "followed_up": yes if query.followed_up else "",
        "documents": ", ".join(query.documents),
        "references": ", ".join(held.provision_id for held in query.references),
        "expansions": " | ".join(held for held in query.expansions if held),
        "notes": "; ".join(query.notes),
    }
    return [(_EXPLAINED[name][place], value) for name, value in values.items()]


def writer_rows(answer: Answer) -> list[tuple[str, str]]:
    """Who answered, and the model's sentences that were left out, each with its fault."""
    from assistant.answered_by import describe_answer

    place = 0 if answer.query.language == "vi" else 1
    rows = [(("Trả lời bởi", "Answered by")[place], describe_answer(answer))]
    name = ("Câu đã bỏ", "Sentence left out")[place]
    for claim in answer.dropped:
        rows.append((name, f"{' '.join(claim.text.split())} ({'; '.join(claim.problems)})"))
    return rows


def print_retrieved(retrieved: Sequence[RetrievedChunk], language: Language) -> None:
    """Chunks with fused score, and per component its rank and score; a dash where it had none."""
    names = sorted({name for item in retrieved for name in item.components})
    columns = (
        ["Hạng", "Điểm", "Đoạn", *names, "Trích"]
        if language == "vi"
        else ["Rank", "Score", "Chunk", *names, "Opening"]
    )
    rows = [
        [
            str(item.rank),
            f"{item.score:.3f}",
            item.chunk.id,
            *(_component_cell(item, name) for name in names),
            " ".join(item.chunk.text.split())[:80],
        ]
        for item in retrieved
    ]
    print_table(columns, rows)


def _component_cell(item: RetrievedChunk, name: str) -> str:
    held = item.components.get(name)
    return f"{held.rank} ({held.score:.3f})" if held else "–"
