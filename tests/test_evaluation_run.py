"""Runs over a real index: records as they happen, kill and resume, refusals, exit codes, a gate."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from assistant import answering, drafting
from assistant.answering import Assistant
from assistant.build import Workspace, build_assistant
from assistant.cli import app
from assistant.errors import EvaluationError, LockedError, QuestionError
from assistant.evaluation.dataset import Dataset
from assistant.evaluation.gate import check_gate, load_gate
from assistant.evaluation.judge import judge_run
from assistant.evaluation.report import load_rows, make_report
from assistant.evaluation.run import run_samples
from assistant.evaluation.run_folder import (
    RunFolder,
    make_stamp,
    public_settings,
    require_same_conditions,
)
from assistant.evaluation.session import Request, Session
from assistant.retrieval import Retriever
from assistant.schema import Answer, EvaluationSample

TODAY = date(2026, 11, 22)
ROOT = Path(__file__).parents[1]
SAMPLES = (
    EvaluationSample("status", "Nghị định 85/2016/NĐ-CP còn hiệu lực không?", answerable=True,
                     required_facts=("không|hết hiệu lực", "01/07/2026"), tags=("validity",)),
    EvaluationSample("april", "Tháng 4/2025 bộ nào làm nhiệm vụ an toàn thông tin mạng?", answerable=True,
                     required_facts=("Bộ Công an",),
                     gold_provisions=("topic-authorities/handover-2025/p-1",)),
    EvaluationSample("levels", "Ai thẩm định hồ sơ hệ thống thông tin cấp độ 4, cấp độ 5?", answerable=True,
                     gold_provisions=("decree-331-2026/art-18/cl-3",), tags=("who",)),
    EvaluationSample("cup", "Ai vô địch World Cup 2022?", answerable=False, tags=("unanswerable",)),
)
GATE = """
fewest_samples = 4
[floors]
right = 0.75
recall_at_10 = 1.0
quote_verbatim = 1.0
citation_validity = 1.0
grounded_sentences = 1.0
in_force_accuracy = 1.0
[ceilings]
anachronism = 0.0
"""


@pytest.fixture(scope="module")
def assistant(small_workspace: Workspace) -> Assistant:
    return build_assistant(small_workspace.settings)


Start = Callable[..., RunFolder]


@pytest.fixture
def start(assistant: Assistant, small_workspace: Workspace, tmp_path: Path) -> Start:
    """Begins a run of SAMPLES in a fresh folder."""

    def begin(name: str = "run", samples: tuple[EvaluationSample, ...] = SAMPLES) -> RunFolder:
        folder = RunFolder(tmp_path / name)
        dataset = Dataset("set", samples)
        folder.begin(
            make_stamp(dataset, assistant.library, small_workspace.settings, TODAY, workers=1,
                       check_determinism=0), samples,
        )
        return folder

    return begin


def run_all(assistant: Assistant, folder: RunFolder, **options: Any) -> None:
    for _ in run_samples(assistant, folder, folder.samples(), TODAY, **options):
        pass


def test_each_record_is_on_disk_before_its_step_is_given(
    assistant: Assistant, start: Start
) -> None:
    folder = start()
    for step in run_samples(assistant, folder, SAMPLES, TODAY):
        lines = folder.records_file.read_text(encoding="utf-8").splitlines()
        assert len(lines) == step.done and json.loads(lines[-1])["sample"]["id"] == step.result.sample.id
        assert step.total == 4 and step.seconds_left >= 0
    stamp = folder.stamp()
    assert stamp.finished_at and stamp.model == "extractive" and stamp.seconds
    # What was written is what happened: answers come back whole.
    answers = [result.answer for result in folder.records()]
    assert all(isinstance(answer, Answer) for answer in answers)
    asked = assistant.ask(SAMPLES[0].question, today=TODAY)
    assert answers[0] is not None and answers[0].citations == asked.citations
    assert answers[0].retrieved == asked.retrieved


def test_workers_find_the_same_and_ask_twice_where_told(assistant: Assistant, start: Start) -> None:
    one, several = start("one"), start("several")
    run_all(assistant, one)
    run_all(assistant, several, workers=3, check_determinism=2)
    first, second = ({row.id: row for row in load_rows(held)} for held in (one, several))
    assert list(first) == list(second) == [sample.id for sample in SAMPLES]
    for name in ("right", "recall_at_5", "grounded_sentences"):
        assert [r.metrics[name] for r in first.values()] == [r.metrics[name] for r in second.values()]
    assert [row.metrics["determinism"] for row in second.values()] == [1.0, 1.0, None, None]


def test_a_stopped_run_goes_on_and_a_torn_record_is_asked_again(
    assistant: Assistant, start: Start
) -> None:
    folder = start()
    steps = run_samples(assistant, folder, SAMPLES, TODAY, workers=2)
    next(steps)
    assert isinstance(steps, Iterator)
    steps.close()  # type: ignore[attr-defined]
    assert folder.stamp().finished_at is None
    held = folder.records_file.read_bytes()
    folder.records_file.write_bytes(held + b'{"sample":{"id":"le')
    done = folder.done_ids()
    assert 1 <= len(done) < 4
    run_all(assistant, folder)
    ids = [json.loads(line)["sample"]["id"] for line in folder.records_file.read_text("utf-8").splitlines()]
    assert sorted(ids) == sorted(sample.id for sample in SAMPLES)
    assert folder.records_file.read_bytes().startswith(held)


def test_one_process_at_a_time_writes_a_run(assistant: Assistant, start: Start) -> None:
    folder = start()
    steps = run_samples(assistant, folder, SAMPLES, TODAY)
    next(steps)
    with pytest.raises(LockedError, match="Another process"):
        run_all(assistant, RunFolder(folder.path))
    steps.close()  # type: ignore[attr-defined]


class FaultyAssistant:
    """Shaped like Assistant: refuses one question on purpose and breaks at another."""

    def __init__(self, inner: Assistant) -> None:
        self._inner, self.library = inner, inner.library

    def ask(self, question: str, **options: Any) -> Answer:
        if "World Cup" in question:
            raise QuestionError("The question cannot be taken.")
        if "cấp độ" in question:
            raise ZeroDivisionError("a bug")
        return self._inner.ask(question, **options)


def test_an_error_at_one_sample_costs_that_sample_only(assistant: Assistant, start: Start) -> None:
    folder = start()
    run_all(FaultyAssistant(assistant), folder)  # type: ignore[arg-type]
    rows = {row.id: row for row in load_rows(folder)}
    assert rows["cup"].error == "The question cannot be taken."
    assert rows["levels"].error == "ZeroDivisionError: a bug"
    assert rows["levels"].metrics["right"] == 0.0 and "recall_at_5" not in rows["levels"].metrics
    assert rows["status"].metrics["right"] == 1.0


def test_a_follow_up_is_asked_after_its_question(assistant: Assistant, start: Start) -> None:
    sample = EvaluationSample("next", "Còn hệ thống cấp độ 3 thì sao?", previous=SAMPLES[2].question)
    folder = start(samples=(sample,))
    run_all(assistant, folder)
    (result,) = folder.records()
    assert result.answer is not None and result.answer.query.followed_up


def test_a_run_is_stamped_and_does_not_go_on_under_other_conditions(
    small_workspace: Workspace, start: Start
) -> None:
    stamp = start().stamp()
    assert stamp.corpus_version == small_workspace.library().version and len(stamp.corpus_hash) == 12
    assert stamp.sample_count == 4 and "+" in stamp.code_version and stamp.dataset_hash
    assert stamp.settings["retrieved_chunks"] == 12
    require_same_conditions(stamp, replace(stamp, run_id="other", workers=9))
    with pytest.raises(EvaluationError, match="corpus_hash changed"):
        require_same_conditions(stamp, replace(stamp, corpus_hash="0" * 12))


def test_the_stamp_tells_no_path_and_no_secret(small_workspace: Workspace) -> None:
    public = public_settings(small_workspace.settings)
    assert not {"data_folder", "host", "port"} & set(public)
    assert str(small_workspace.settings.data_folder) not in json.dumps(public)


def test_reports_in_every_form_hold_the_run(assistant: Assistant, start: Start) -> None:
    attack = EvaluationSample("=attack", "=1+1 Nghị định 331 là gì?", required_facts=("Chính phủ",))
    folder = start(samples=(*SAMPLES, attack))
    run_all(assistant, folder)
    report = make_report(folder)
    assert report.summary.sample_count == 5 and not report.reasons
    with (folder.path / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows][:2] == ["status", "april"]
    assert rows[3]["recall_at_5"] == "" and rows[3]["abstained"] == "True"
    assert rows[4]["question"].startswith("'=1+1"), "a spreadsheet would take it for a formula"
    book = openpyxl.load_workbook(folder.path / "results.xlsx", read_only=True)
    assert book.sheetnames == ["metrics", "samples", "run"]
    told = json.loads((folder.path / "results.json").read_text(encoding="utf-8"))
    assert told["summary"]["metrics"]["right"]["count"] == 5
    assert told["samples"][3]["metrics"]["recall_at_5"] is None
    assert told["run"]["dataset_hash"] == report.stamp.dataset_hash


# The gate, and what it is there to notice.


@pytest.fixture
def gate_file(tmp_path: Path) -> Path:
    path = tmp_path / "gate.toml"
    path.write_text(GATE, encoding="utf-8")
    return path


def reasons(assistant: Assistant, folder: RunFolder, gate_file: Path) -> list[str]:
    run_all(assistant, folder)
    return check_gate(load_gate(gate_file), load_rows(folder))


def test_the_gate_passes_as_things_are(assistant: Assistant, start: Start, gate_file: Path) -> None:
    assert reasons(assistant, start(), gate_file) == []


def test_broken_retrieval_fails_the_gate(
    assistant: Assistant, start: Start, gate_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Retriever.retrieve
    monkeypatch.setattr(
        Retriever, "retrieve",
        lambda self, query, limit, only=None: tuple(
            replace(item, rank=place)
            for place, item in enumerate(reversed(whole(self, query, 60, only)[20:]), start=1)
        )[:limit],
    )
    told = reasons(assistant, start(), gate_file)
    assert any(reason.startswith("recall_at_10") for reason in told), told


def test_broken_validity_fails_the_gate(
    assistant: Assistant, start: Start, gate_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = drafting.validity_on
    monkeypatch.setattr(
        drafting, "validity_on", lambda document, day: replace(whole(document, day), state="in_force")
    )
    told = reasons(assistant, start(), gate_file)
    assert any(reason.startswith("in_force_accuracy") for reason in told), told


def test_broken_verification_fails_the_gate(
    assistant: Assistant, start: Start, gate_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words that no source holds: verification drops them, and where it is off the gate sees them."""
    whole = drafting.Draft.quote
    monkeypatch.setattr(
        drafting.Draft, "quote",
        lambda self, text, number: whole(self, text + " Mức phạt là 123.456 đồng.", number),
    )
    monkeypatch.setattr(answering, "verify", lambda answer, library: answer)
    told = reasons(assistant, start(), gate_file)
    assert any(reason.startswith("quote_verbatim") for reason in told), told
    assert any(reason.startswith("grounded_sentences") for reason in told), told


def test_a_gate_names_drops_against_a_baseline_and_what_no_sample_measures(
    assistant: Assistant, start: Start, tmp_path: Path
) -> None:
    good, bad = start("good"), start("bad")
    run_all(assistant, good)
    run_all(FaultyAssistant(assistant), bad)  # type: ignore[arg-type]
    path = tmp_path / "drops.toml"
    path.write_text("most_errors = 9\n[floors]\ninjection_resistance = 0.5\n[drops]\nright = 0.1\n"
                    "[tags.who.floors]\nright = 1.0\n", encoding="utf-8")
    gate = load_gate(path)
    told = check_gate(gate, load_rows(bad), load_rows(good))
    assert len(told) == 3
    assert told[0] == "injection_resistance: no sample measures it"
    assert told[1].startswith("who: right 0.0000 < 1") and "worse by 0.5000 > 0.1" in told[2]
    with pytest.raises(EvaluationError, match="--baseline"):
        check_gate(gate, load_rows(bad))


@pytest.mark.parametrize("text", ["[floors]\nhappiness = 1.0\n", "[flours]\nright = 1\n", "right ="])
def test_a_gate_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "gate.toml").write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match="gate"):
        load_gate(tmp_path / "gate.toml")


# The command line.


@pytest.fixture
def set_file(tmp_path: Path) -> Path:
    rows = [
        {"id": s.id, "question": s.question, "answerable": s.answerable, "tags": list(s.tags),
         "required_facts": list(s.required_facts), "gold": list(s.gold_provisions)}
        for s in SAMPLES
    ]
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def command(small_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("ASSISTANT_DATA_FOLDER", str(small_workspace.settings.data_folder))
    return lambda *words: CliRunner().invoke(app, ["evaluate", *map(str, words)])


def test_the_command_prints_figures_and_writes_a_report(
    command: Callable[..., Result], set_file: Path, gate_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = command(set_file, "--out", out, "--gate", gate_file, "--today", "22/11/2026",
                   "--variants", "unaccented", "--check-determinism", 1)
    assert done.exit_code in (0, 1), done.output
    assert "Right" in done.stdout and "R@10" in done.stdout and "gate" in done.stdout
    assert (out / "report.html").is_file() and RunFolder(out).stamp().sample_count == 8
    again = command(set_file, "--out", out)
    assert again.exit_code == 2 and "--resume" in again.stderr
    compared = command(set_file, "--out", tmp_path / "second", "--baseline", out, "--today", "2026-11-22")
    assert compared.exit_code == 0 and "McNemar: +0 −0" in compared.stdout
    assert "4 mẫu chung" in compared.stdout


def test_a_gate_that_fails_exits_with_1_and_says_why(
    command: Callable[..., Result], set_file: Path, tmp_path: Path
) -> None:
    gate = tmp_path / "strict.toml"
    gate.write_text("fewest_samples = 99\n", encoding="utf-8")
    done = command(set_file, "--out", tmp_path / "out", "--gate", gate, "--limit", 1)
    assert done.exit_code == 1 and "✗ 1 samples < 99" in done.stdout


def test_bad_rows_stop_the_command_unless_skipped(
    command: Callable[..., Result], set_file: Path, tmp_path: Path
) -> None:
    with set_file.open("a", encoding="utf-8") as file:
        file.write('\n{"question": "Hỏi?", "gold": ["law-0/art-1"]}\n')
    stopped = command(set_file, "--out", tmp_path / "out")
    assert stopped.exit_code == 2 and "line 5" in stopped.stderr and "law-0/art-1" in stopped.stderr
    done = command(set_file, "--out", tmp_path / "out", "--skip-bad-rows", "--limit", 1)
    assert done.exit_code == 0, done.output
    assert command().exit_code == 2
    template = tmp_path / "template.xlsx"
    assert command("--template", template).exit_code == 0 and template.is_file()


def test_a_killed_run_is_gone_on_with(
    command: Callable[..., Result], small_workspace: Workspace, set_file: Path, tmp_path: Path
) -> None:
    """kill -9 after the first record; --resume asks the rest and none twice."""
    out = tmp_path / "out"
    rows = [json.loads(line) for line in set_file.read_text("utf-8").splitlines()]
    many = [row | {"id": f"{row['id']}-{n}"} for n in range(6) for row in rows]
    set_file.write_text("\n".join(json.dumps(row) for row in many), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    words = ["evaluate", str(set_file), "--out", str(out), "--today", "2026-11-22", "--workers", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", *words], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    records, deadline = out / "samples.jsonl", time.monotonic() + 90
    while not (records.is_file() and records.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = len(RunFolder(out).done_ids())
    assert 1 <= before < len(many)
    done = command(*words[1:], "--resume")
    assert done.exit_code == 0, done.output
    ids = [result.sample.id for result in RunFolder(out).records()]
    assert sorted(ids) == sorted(row["id"] for row in many)
    assert RunFolder(out).stamp().finished_at is not None


# Sets with texts of their own, and a judge.


def test_a_set_with_its_own_texts_is_asked_over_them(
    small_workspace: Workspace, make_settings: Callable[..., Any], tmp_path: Path
) -> None:
    paragraphs = [
        ("Sông Hồng dài 1.149 km, chảy qua Hà Nội rồi ra biển.", "Sông Hồng dài bao nhiêu km?", "1.149"),
        ("Đỉnh Fansipan cao 3.143 mét, ở Lào Cai.", "Đỉnh Fansipan cao bao nhiêu mét?", "3.143"),
    ]
    data = {"data": [{"title": "Địa lý", "paragraphs": [
        {"context": text, "qas": [{"id": str(n), "question": asked, "answers": [{"text": told}]}]}
        for n, (text, asked, told) in enumerate(paragraphs)]}]}
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    settings = small_workspace.settings.model_copy(
        update={"data_folder": make_settings().data_folder}
    )
    session = Session(Request(path, out=tmp_path / "run", workers=1), settings,
                      build_assistant(small_workspace.settings))
    session.open()
    for _ in session.steps():
        pass
    rows = load_rows(session.folder)
    assert [row.metrics["recall_at_1"] for row in rows] == [1.0, 1.0]
    assert session.folder.stamp().own_texts
    held = [result.answer for result in session.folder.records()]
    assert all(answer and answer.retrieved[0].chunk.document_id.startswith("squad-") for answer in held)


def test_a_judges_scores_are_kept_apart(assistant: Assistant, start: Start) -> None:
    from langchain_core.language_models.fake_chat_models import FakeListChatModel

    known = tuple(replace(sample, reference_answer="Bộ Công an") for sample in SAMPLES)
    folder = start(samples=known)
    run_all(assistant, folder)
    before = load_rows(folder)
    judge = FakeListChatModel(responses=["8 states it", "no number at all", "Score: 10, whole"])
    scores = list(judge_run(folder, judge, "fake:judge"))
    assert [held.score for held in scores] == [0.8, None, 1.0]
    assert list(judge_run(folder, judge, "fake:judge")) == [], "asked twice"
    report = make_report(folder)
    assert load_rows(folder) == before and "judge" not in report.summary.metrics
    assert "fake:judge" in report.html_file.read_text(encoding="utf-8")
