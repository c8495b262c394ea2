"""The commands that bring texts in: `assistant add` and `assistant corpus fetch`.

Exit codes: 0 when everything was added (or was there already), 1 when some was refused or skipped,
2 for a use that cannot be, 130 after Ctrl-C. What was added before a refusal or Ctrl-C stays added.
"""

from __future__ import annotations

import getpass
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli_start import ensure_index, open_workspace, parse_day, read_settings
from assistant.errors import AssistantError, ConfigurationError, QuestionError
from assistant.preview_text import ask_about, print_preview
from assistant.terminal import print_error, print_table, source_progress

if TYPE_CHECKING:
    from assistant.history import ChangeReceipt
    from assistant.intake import Intake, Preview

_RESULTS = {
    "added": "đã thêm / added",
    "new_version": "phiên bản mới / new version",
    "replaced": "đã thay / replaced",
    "restored": "đã khôi phục / restored",
    "unchanged": "không đổi / unchanged",
    "refused": "từ chối / refused",
    "skipped": "bỏ qua / skipped",
}
_COLUMNS = (
    "Nguồn / Source",
    "Kết quả / Result",
    "Văn bản / Text",
    "Hiệu lực từ / In force from",
    "Điều / Articles",
    "Đoạn / Chunks",
    "Ghi chú / Note",
)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the summary; `is_well` is false for what was not added."""

    source: str
    result: str
    preview: Preview | None = None
    chunks: int | None = None
    note: str = ""

    @property
    def is_well(self) -> bool:
        return self.result not in ("refused", "skipped")


def add_documents(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="PATH|URL…", help="Tệp, thư mục, địa chỉ / File, folder, address."),
    ],
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Không hỏi; từ chối khi nghi vấn nặng / Do not ask.")
    ] = False,
    accept_doubts: Annotated[
        bool, typer.Option("--accept-doubts", help="Với --yes: nhận cả nghi vấn nặng / Severe ones too.")
    ] = False,
    meta: Annotated[
        Path | None, typer.Option(help="Thông tin văn bản, TOML / Fields as TOML; a table a file name.")
    ] = None,
    as_version_from: Annotated[
        str | None, typer.Option(metavar="DATE", help="Lời văn áp dụng từ ngày / Wording applies from.")
    ] = None,
) -> None:
    """Thêm văn bản vào kho, xem trước rồi mới ghi / Add texts; a preview comes first."""
    takes_effect = parse_day(as_version_from)
    is_asking = not yes
    if is_asking and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise QuestionError(
            "Không có cửa sổ dòng lệnh để hỏi; dùng --yes. / "
            "There is no terminal to ask at; give --yes to add without asking."
        )
    fields = _read_fields(meta)
    places = expand_sources(sources)
    rows: list[_Row] = []
    with _open_intake() as intake:

        def add_all() -> Iterator[_Row]:
            for place in places:
                yield from _add_source(
                    intake, place, fields, takes_effect, is_asking=is_asking, accept_doubts=accept_doubts
                )

        finish(add_all(), rows)


def _add_source(
    intake: Intake,
    place: str | Path,
    fields: dict[str, Any],
    takes_effect: Any,
    *,
    is_asking: bool,
    accept_doubts: bool,
) -> Iterator[_Row]:
    """Add what one source holds, a row for each text; a refusal is a row and not an end."""
    name = place if isinstance(place, str) else place.name
    try:
        with source_progress(str(name)) as progress:
            previews = intake.make_previews(place, progress=progress)
    except AssistantError as error:
        yield _refused(str(name), error)
        return
    for preview in previews:
        try:
            stated = _fields_for(preview.extracted.name, fields)
            if stated or takes_effect:
                preview = intake.revise(preview, stated, takes_effect)
            yield _commit(intake, preview, is_asking=is_asking, accept_doubts=accept_doubts)
        except AssistantError as error:
            yield _refused(preview.extracted.name, error)


def _commit(intake: Intake, preview: Preview, *, is_asking: bool, accept_doubts: bool) -> _Row:
    if is_asking:
        print_preview(preview)
        decided = ask_about(intake, preview)
        if decided is None:
            return _Row(preview.extracted.name, "skipped", preview)
        preview, accept_doubts = decided, True
    with source_progress(preview.document.key) as progress:
        receipt = intake.commit(preview, who=_who(), accept_doubts=accept_doubts, progress=progress)
    return row_of(preview, receipt)


def row_of(preview: Preview, receipt: ChangeReceipt) -> _Row:
    """The summary's line of something added, with what it ends and what is doubtful of it."""
    doubts = [doubt.vi + " / " + doubt.en for doubt in preview.doubts if doubt.severity != "info"]
    ends = [doubt.vi + " / " + doubt.en for doubt in preview.doubts if doubt.code == "ends_other"]
    return _Row(preview.extracted.name, receipt.kind, preview, receipt.chunks, "; ".join(ends + doubts))


def _refused(name: str, error: AssistantError) -> _Row:
    return _Row(name, "refused", note=" ".join(str(error).split()))


def finish(results: Iterator[_Row], rows: list[_Row]) -> None:
    """Take all results, print the table whatever happens, and leave with the exit code."""
    try:
        for row in results:
            rows.append(row)
            if not row.is_well and row.note:
                named = row.note.startswith(row.source)
                print_error(row.note if named else f"{row.source}: {row.note}")
    except KeyboardInterrupt:
        print_error("Đã dừng; những gì đã thêm vẫn giữ. / Stopped; what was added stays.")
        _print_rows(rows)
        raise typer.Exit(130) from None
    _print_rows(rows)
    if not all(row.is_well for row in rows):
        raise typer.Exit(1)


def _print_rows(rows: Sequence[_Row]) -> None:
    lines = []
    for row in rows:
        document = row.preview.document if row.preview else None
        lines.append(
            [
                row.source,
                _RESULTS[row.result],
                f"{document.key} {document.label}" if document else "–",
                str(document.effective_from or "–") if document else "–",
                str(document.articles_total or "–") if document else "–",
                str(row.chunks) if row.chunks is not None else "–",
                row.note or "–",
            ]
        )
    print_table(_COLUMNS, lines)


def expand_sources(sources: Sequence[str]) -> list[str | Path]:
    """Addresses as they are, files, and the files of folders at any depth, hidden ones left out.

    Raises QuestionError for a path that is not there or a folder without files.
    """
    found: list[str | Path] = []
    for source in sources:
        path = Path(source)
        if "://" in source:
            found.append(source)
        elif path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.is_file() and not _is_hidden(p, path)]
            if not inside:
                raise QuestionError(f"Thư mục trống / The folder holds no files: {source}")
            found.extend(inside)
        elif path.is_file():
            found.append(path)
        else:
            raise QuestionError(f"Không có tệp hay thư mục / There is no file or folder: {source}")
    return found


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _read_fields(meta: Path | None) -> dict[str, Any]:
    if meta is None:
        return {}
    try:
        return tomllib.loads(meta.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            f"{meta} is not readable TOML ({error}). Mend it or leave it out."
        ) from error


def _fields_for(name: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Fields for all files with those of the file's own table on top."""
    common = {key: value for key, value in fields.items() if not isinstance(value, dict)}
    own = fields.get(name) or fields.get(Path(name).name) or {}
    return common | (own if isinstance(own, dict) else {})


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # No user database, as in a bare container.
        return "unknown"


@contextmanager
def _open_intake() -> Iterator[Intake]:
    """The intake over the data folder, with an index under it and a scratch folder that goes after."""
    workspace = open_workspace(read_settings())
    ensure_index(workspace)
    with tempfile.TemporaryDirectory(prefix="assistant-adding-") as scratch:
        yield workspace.intake(Path(scratch))


def fetch_texts(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID…]", help="law-116-2025 …; tất cả / all.")
    ] = None,
    source_file: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Danh mục nguồn .toml, hoặc tệp của một ID / A list, or the text.",
        ),
    ] = None,
) -> None:
    """Tải bản chính thức, kiểm tra rồi thêm / Fetch official texts, check them, add them."""
    from assistant.build import shipped_corpus
    from assistant.official_texts import choose_sources, fetch_text, load_sources

    is_list = source_file is not None and source_file.suffix == ".toml"
    file = None if is_list else source_file
    if file is not None and len(ids or ()) != 1:
        raise QuestionError("--from TỆP cần đúng một ID / --from FILE needs exactly one ID.")
    listed = load_sources(source_file if is_list and source_file else shipped_corpus() / "sources.toml")
    chosen = choose_sources(listed, ids or ())
    rows: list[_Row] = []
    with _open_intake() as intake:

        def fetch_all() -> Iterator[_Row]:
            for source in chosen:
                try:
                    with source_progress(source.id) as progress:
                        preview = fetch_text(intake, source, file=file, progress=progress)
                        receipt = intake.commit(preview, who=_who(), progress=progress)
                    yield row_of(preview, receipt)
                except AssistantError as error:
                    yield _refused(source.id, error)

        finish(fetch_all(), rows)
