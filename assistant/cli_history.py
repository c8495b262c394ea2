"""The commands `assistant corpus history|remove|undo`: what was done to the corpus, and taking back."""

from __future__ import annotations

from datetime import datetime
from getpass import getuser
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli_corpus import corpus_commands, open_indexed
from assistant.errors import HistoryError
from assistant.terminal import print_table

if TYPE_CHECKING:
    from assistant.history import ChangeReceipt
    from assistant.registry import Registry

_KINDS = {
    "added": "thêm / added",
    "new_version": "phiên bản mới / new version",
    "replaced": "thay bản cũ / replaced",
    "removed": "gỡ / removed",
    "restored": "khôi phục / restored",
    "unchanged": "không đổi / unchanged",
}


@corpus_commands.command("history")
def show_history(
    wanted: Annotated[
        str | None, typer.Argument(metavar="[ID[.LANG]]", help="law-116-2025, law-116-2025.en")
    ] = None,
) -> None:
    """Những thay đổi đã làm với kho / What was done to the corpus, when and by whom."""
    registry = open_indexed().registry
    names = {(v.key, v.number): v.original_name for v in registry.versions()}
    lines = [
        line
        for line in registry.history()
        if wanted is None or wanted in (line.key, line.key.rpartition(".")[0])
    ]
    rows = [
        [
            str(line.number),
            _time(line.at),
            line.who,
            _KINDS[line.kind],
            line.key,
            str(line.version),
            names.get((line.key, line.version)) or "–",
            str(line.undoes or "–"),
            str(line.undone_by or "–"),
        ]
        for line in lines
    ]
    columns = [
        "Dòng / Line",
        "Lúc / At (UTC)",
        "Người / Who",
        "Việc / Change",
        "Id",
        "Bản / Version",
        "Tệp / File",
        "Hoàn tác dòng / Undoes",
        "Bị hoàn tác bởi / Undone by",
    ]
    print_table(columns, rows)


@corpus_commands.command("remove")
def remove_document(
    wanted: Annotated[str, typer.Argument(metavar="ID[.LANG]", help="law-7-2027, law-7-2027.vi")],
) -> None:
    """Gỡ văn bản đã thêm; hoàn tác được / Remove an added text; undo brings it back."""
    workspace = open_indexed()
    for key in _added_keys(workspace.registry, wanted):
        _print_receipt(workspace.indexer().remove(key, who=getuser()))


@corpus_commands.command("undo")
def undo_change(
    line: Annotated[
        int | None, typer.Argument(help="Dòng của history / Line of the history; the latest change.")
    ] = None,
) -> None:
    """Hoàn tác thay đổi gần nhất, hoặc một dòng / Take back the latest change, or a line."""
    _print_receipt(open_indexed().indexer().undo(who=getuser(), line=line))


def _added_keys(registry: Registry, wanted: str) -> list[str]:
    """The named key, or those in each language of the named text. Raises HistoryError for none."""
    keys = sorted(key for key, origin in registry.origins().items() if origin == "added")
    found = [key for key in keys if wanted in (key, key.rpartition(".")[0])]
    if not found:
        raise HistoryError(
            f"{wanted} is no text that was added. Added: {', '.join(keys) or '–'}. "
            "See: assistant corpus list"
        )
    return found


def _print_receipt(receipt: ChangeReceipt) -> None:
    print(
        f"{receipt.key}: {_KINDS[receipt.kind]}, bản / version {receipt.version}, "
        f"{receipt.chunks} đoạn / chunks, {receipt.seconds:.1f} s"
        + (f" (dòng / line {receipt.line})" if receipt.line else "")
    )


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")
