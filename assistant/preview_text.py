"""A preview at a terminal: what was read and where, what is doubtful, and the question what to do."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.prompt import Prompt
from rich.text import Text

from assistant.errors import AssistantError
from assistant.terminal import output_console, print_error, print_pairs

if TYPE_CHECKING:
    from assistant.evidence import Finding
    from assistant.intake import Intake, Preview

SHOWN_FIELDS = (
    "id",
    "title",
    "label",
    "kind",
    "number",
    "issuer",
    "language",
    "adopted",
    "effective_from",
    "effective_to",
    "effective_note",
    "replaces",
    "implements",
    "text_kind",
    "source_url",
)
_STYLES = {"severe": "bold red", "warning": "yellow", "info": "cyan"}
_SEVERITIES = {
    "severe": "Nghi vấn nặng / Severe",
    "warning": "Cần xem / Look at",
    "info": "Lưu ý / Note",
}
_STANDINGS = {
    "new": "văn bản mới / new text",
    "same": "đã có đúng tệp này / held already",
    "version": "phiên bản mới của văn bản đã có / new version of a text held",
    "official_of_digest": "bản chính thức của văn bản đang có tóm lược / official text of a digest held",
}
_LONGEST_QUOTE, _SHOWN_HEADINGS = 100, 6


def print_preview(preview: Preview) -> None:
    """Fields with their evidence, the shape of the text, repairs, doubts."""
    console = output_console()
    console.print()
    console.print(Text(preview.extracted.name, style="bold underline"))
    print_pairs([("→", _STANDINGS[preview.standing])])
    for name in SHOWN_FIELDS:
        value = getattr(preview.document, name)
        shown = ", ".join(value) if isinstance(value, tuple) else str(value or "–")
        line = Text(f"  {name}: ", style="bold").append(shown, style="not bold")
        console.print(line.append(evidence_of(preview, name), style="dim not bold"), soft_wrap=True)
    levels = Counter(provision.level for provision in preview.provisions)
    shape = ", ".join(f"{count} {level}" for level, count in levels.items())
    print_pairs([("  Cấu trúc / Structure", shape), ("  Đoạn / Chunks", str(len(preview.chunks)))])
    for note in preview.repairs:
        print_pairs([("  Đã sửa / Repaired", f"{note.vi} / {note.en} {note.where}".rstrip())])
    for doubt in preview.doubts:
        head = Text(f"  {_SEVERITIES[doubt.severity]}: ", style=_STYLES[doubt.severity])
        console.print(head.append(f"{doubt.vi} / {doubt.en}", style="not bold default"), soft_wrap=True)


def evidence_of(preview: Preview, name: str) -> str:
    """Where a field's value was read, as " ← “quote” (how, 97 %)"; empty where it was not read."""
    found: Any = getattr(preview.metadata, name, None) if preview.metadata else None
    findings: tuple[Finding[Any], ...] = found if isinstance(found, tuple) else (found,) if found else ()
    value = getattr(preview.document, name)
    pieces = []
    for finding in findings:
        if not hasattr(finding, "quote") or (not isinstance(found, tuple) and finding.value != value):
            continue
        quote = " ".join(finding.quote.split())
        shown = quote if len(quote) <= _LONGEST_QUOTE else quote[:_LONGEST_QUOTE] + "…"
        pieces.append(f"{f'“{shown}” ' if shown else ''}({finding.how}, {finding.confidence:.0%})")
    return f"  ← {'; '.join(pieces)}" if pieces else ""


def ask_about(intake: Intake, preview: Preview) -> Preview | None:
    """The preview to add, edited as told, or None to leave it out.

    A severe doubt takes more than Enter: the word itself has to be typed.
    """
    while True:
        choice = Prompt.ask("[t]hêm / [a]dd · [s]ửa / [e]dit · [b]ỏ qua / s[k]ip", console=output_console())
        answer = choice.strip().lower()[:1]
        if answer in ("b", "k"):
            return None
        if answer in ("s", "e"):
            preview = _edit(intake, preview)
            print_preview(preview)
        elif answer in ("t", "a"):
            if not preview.severe or _is_sure(len(preview.severe)):
                return preview


def _is_sure(count: int) -> bool:
    words = (
        f"{count} nghi vấn nặng. Gõ YES để vẫn thêm / {count} severe doubts. Type YES to add all the same"
    )
    return Prompt.ask(words, console=output_console()).strip().upper() == "YES"


def _edit(intake: Intake, preview: Preview) -> Preview:
    line = Prompt.ask("field = value", console=output_console())
    name, _, written = line.partition("=")
    value: Any = written.strip() or None
    if name.strip() in ("replaces", "implements", "replaced_by", "amended_by", "aliases"):
        value = [part.strip() for part in written.split(",") if part.strip()]
    try:
        return intake.revise(preview, {name.strip(): value})
    except AssistantError as error:
        print_error(str(error))
        return preview
