"""The command `assistant evaluate`: a test set to a run, its report and, for CI, a verdict.

Exit codes: 0 done (and the gate, where one is given, passed), 1 the gate did not pass, 2 an error
told in one line, 130 stopped by Ctrl+C (the run can be gone on with).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli_start import ensure_index, open_workspace, parse_day, read_settings
from assistant.errors import EvaluationError
from assistant.terminal import error_console, indexing_progress, print_table

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.evaluation.dataset import Dataset
    from assistant.evaluation.report import Report
    from assistant.evaluation.run import Step
    from assistant.evaluation.session import Request

GATE_FAILED, INTERRUPTED = 1, 130


def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV, XLSX, JSON, JSONL; SQuAD, XQuAD, ALQAC / The test set."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Thư mục kết quả / Folder of the run.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Chỉ hỏi chừng N câu / Ask about N samples.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Số luồng; mặc định số lõi / Threads; cores.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Chạy tiếp lần dở / Go on with a stopped run.")
    ] = False,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="So với lần chạy này / Compare with this run."),
    ] = None,
    gate: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="Ngưỡng cho CI; mã 1 nếu hỏng / Floors; exit 1."),
    ] = None,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Bỏ dòng hỏng / Run without bad rows.")
    ] = False,
    variants: Annotated[
        str, typer.Option(help="unaccented,half-accented,nfd: hỏi thêm như vậy / ask so as well.")
    ] = "",
    check_determinism: Annotated[
        int, typer.Option(min=0, metavar="N", help="Hỏi N câu đầu hai lần / Ask N samples twice.")
    ] = 0,
    today: Annotated[
        str | None, typer.Option(metavar="DATE", help="Ngày coi là hôm nay / The day taken as today.")
    ] = None,
    texts: Annotated[
        Path | None, typer.Option(help="Văn bản của bộ câu hỏi / Texts of a set that brings its own.")
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(
            metavar="PROVIDER:MODEL",
            help="Thêm điểm của mô hình chấm, để riêng / Add a judge model's scores, kept apart.",
        ),
    ] = None,
    template: Annotated[
        Path | None, typer.Option(metavar="FILE.xlsx|csv", help="Ghi tệp mẫu / Write a template.")
    ] = None,
) -> None:
    """Đánh giá hàng loạt, không cần mô hình chấm / Evaluate a test set, with no judge model."""
    if template is not None:
        from assistant.evaluation.template import write_template

        write_template(template)
        print(template)
        return
    if file is None:
        raise EvaluationError(
            "Name a test set: assistant evaluate FILE. "
            "A template: assistant evaluate --template questions.xlsx"
        )
    from assistant.evaluation.session import Request

    request = Request(
        file=file, out=out, limit=limit, workers=workers, resume=resume, baseline=baseline,
        gate=gate, skip_bad_rows=skip_bad_rows, texts=texts, today=parse_day(today),
        variants=tuple(name.strip() for name in variants.split(",") if name.strip()),
        check_determinism=check_determinism,
    )
    settings = read_settings()
    ensure_index(open_workspace(settings))
    report = _run(request, settings, judge)
    _print_report(report)
    if report.verdict is not None and report.reasons:
        raise typer.Exit(GATE_FAILED)


def _run(request: Request, settings: Settings, judge: str | None) -> Report:
    """Run with progress; Ctrl+C leaves the run to be gone on with, and says how."""
    from assistant.evaluation.judge import judge_run, make_judge
    from assistant.evaluation.session import Session

    model = make_judge(judge, settings) if judge else None
    session = Session(request, settings)
    _tell_rows(session.dataset)
    with indexing_progress_of(session.needs_index) as indexing:
        session.open(indexing)
    try:
        with _evaluating(session.total) as show:
            for step in session.steps():
                show(step)
        if model is not None and judge:
            for score in judge_run(session.folder, model, judge):
                error_console().print(f"{judge}: {score.sample_id} {score.score}", soft_wrap=True)
    except KeyboardInterrupt:
        error_console().print(
            f"Đã dừng; mọi kết quả đến đây được giữ. Chạy tiếp / Stopped; all so far is kept. "
            f"Go on with: {request.command_to_resume(session.folder.path)}",
            soft_wrap=True,
        )
        raise typer.Exit(INTERRUPTED) from None
    return session.report()


@contextmanager
def indexing_progress_of(is_needed: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """Progress over a set's own texts, where it brings some."""
    if not is_needed:
        yield None
        return
    title = "Lập chỉ mục văn bản của bộ câu hỏi / Indexing the texts of the test set …"
    with indexing_progress(title) as progress:
        yield progress


def _tell_rows(dataset: Dataset) -> None:
    """Bad rows, notes and columns that were not understood, on standard error."""
    console = error_console()
    for problem in dataset.problems:
        console.print(f"✗ {problem}", soft_wrap=True)
    for note in dataset.notes:
        console.print(f"· {note}", soft_wrap=True)
    if dataset.unknown_columns:
        told = ", ".join(dataset.unknown_columns)
        console.print(f"Cột không dùng / columns not used: {told}", soft_wrap=True)


@contextmanager
def _evaluating(total: int) -> Iterator[Callable[[Step], None]]:
    """A callback that shows each step: a bar with the time left, or a line now and then."""
    console = error_console()
    if not console.is_terminal:
        yield lambda step: _tell_step(step, total)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("…", total=total)

        def show(step: Step) -> None:
            left = f"còn / left {_clock(step.seconds_left)} · {step.result.sample.id}"
            bar.update(task, completed=step.done, description=left)

        yield show


def _tell_step(step: Step, total: int) -> None:
    """About twenty lines a run, whatever its length."""
    if step.done == total or step.done % max(1, total // 20) == 0:
        left = _clock(step.seconds_left)
        error_console().print(f"{step.done}/{step.total} còn / left {left}", soft_wrap=True)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _print_report(report: Report) -> None:
    from assistant.evaluation.report_words import metric_title

    rows = [
        [metric_title(name, "vi"), metric_title(name, "en"), f"{held.value:.3f}",
         f"{held.low:.3f} – {held.high:.3f}", str(held.count)]
        for name, held in report.summary.metrics.items()
    ]
    print_table(["Chỉ số", "Metric", "Giá trị / Value", "95 %", "n"], rows)
    if report.comparison is not None:
        _print_comparison(report)
    for reason in report.reasons:
        print(f"✗ {reason}")
    if report.verdict is not None:
        print("Cửa kiểm / gate: " + ("✗" if report.reasons else "✓"))
    print(f"Báo cáo / report: {report.html_file}")


def _print_comparison(report: Report) -> None:
    from assistant.evaluation.report_words import metric_title

    comparison = report.comparison
    assert comparison is not None
    rows = [
        [metric_title(change.metric, "en"), f"{change.theirs:.3f}", f"{change.ours:.3f}",
         f"{change.difference.value:+.3f}",
         f"{change.difference.low:+.3f} … {change.difference.high:+.3f}"]
        for change in comparison.changes
    ]
    print_table(["Metric", "Trước / before", "Nay / now", "±", "95 %"], rows)
    test = comparison.test
    print(
        f"McNemar: +{test.only_ours} −{test.only_theirs}, p = {test.p_value:.3g} "
        f"({comparison.shared} mẫu chung / shared samples)"
    )
    for flip in comparison.flips:
        print(f"{'+' if flip.is_now_right else '−'} {flip.id} {flip.question}")
