"""Test sets as people keep them: formats, column names, bad rows, gold as written, public layouts."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook as Spreadsheet

from assistant.build import Workspace
from assistant.errors import EvaluationError
from assistant.evaluation.dataset import Dataset, require_usable
from assistant.evaluation.dataset_columns import field_of
from assistant.evaluation.gold import ProvisionResolver
from assistant.evaluation.importers import load_dataset
from assistant.evaluation.template import write_template
from assistant.evaluation.variants import VARIANTS, case_of, way_of, with_variants
from assistant.schema import EvaluationSample

TODAY = date(2026, 11, 22)
SHARED = Path(__file__).parents[2] / "shared" / "data" / "questions"
HEAD = ["Câu hỏi", "Đáp án", "Ý bắt buộc", "Điều khoản", "Tính tại ngày", "Trả lời được", "Nhãn"]
ROW = ["Nghị định 85 còn hiệu lực không?", "Không", "hết hiệu lực|ended; 01/07/2026",
       "Điều 1 Nghị định 331/2026/NĐ-CP; decree-85-2016/art-1", "22/11/2026", "có", "validity, decree"]
EXPECTED = EvaluationSample(
    "row-2", ROW[0], "Không", ("hết hiệu lực|ended", "01/07/2026"),
    ("decree-331-2026/art-1", "decree-85-2016/art-1"), TODAY, True, None, ("validity", "decree"),
)
Load = Callable[[Path], Dataset]


@pytest.fixture(scope="module")
def load(small_workspace: Workspace) -> Load:
    resolver = ProvisionResolver(small_workspace.library(), TODAY)
    return lambda path: load_dataset(path, resolver)


def write_rows(path: Path, rows: list[list[Any]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8-sig"), (";", "utf-8"), ("\t", "utf-16")])
def test_csv_as_spreadsheets_write_it(
    load: Load, tmp_path: Path, delimiter: str, encoding: str
) -> None:
    path = write_rows(tmp_path / "set.csv", [HEAD, ROW], delimiter, encoding)
    assert load(path).samples == (EXPECTED,)


def test_xlsx_with_real_dates_and_an_empty_row(load: Load, tmp_path: Path) -> None:
    book = Spreadsheet()
    sheet = book.worksheets[0]
    for row in (HEAD, [None] * 7, [*ROW[:4], TODAY, True, *ROW[6:]]):
        sheet.append(row)
    book.save(tmp_path / "set.xlsx")
    (sample,) = load(tmp_path / "set.xlsx").samples
    assert sample.id == "row-3" and sample.as_of == TODAY and sample.answerable is True
    assert sample.gold_provisions == EXPECTED.gold_provisions


@pytest.mark.parametrize("name", ["set.json", "set.jsonl"])
def test_json_with_english_names_and_lists(load: Load, tmp_path: Path, name: str) -> None:
    row = {"question": ROW[0], "reference_answer": "Không", "as_of": "2026-11-22",
           "required_facts": ["hết hiệu lực|ended", "01/07/2026"], "answerable": True,
           "gold_provisions": list(EXPECTED.gold_provisions), "tags": ["validity", "decree"], "id": "row-2"}
    text = json.dumps({"samples": [row]} if name.endswith("json") else row, ensure_ascii=False)
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert load(tmp_path / name).samples == (EXPECTED,)


def test_columns_are_known_with_and_without_accents() -> None:
    for written, field in (
        ("Câu hỏi", "question"), ("cau_hoi", "question"), ("QUESTION", "question"), ("q", "question"),
        ("Đáp án mẫu", "reference_answer"), ("Tính tại ngày", "as_of"), ("As-of", "as_of"),
        ("Điều khoản (mã)", "gold_provisions"), ("căn cứ", "support"), ("nhãn / tags", "tags"),
    ):
        assert field_of(written) == field
    assert field_of("màu sắc") is None


def test_bad_rows_are_listed_with_line_and_reason_and_run_only_if_asked(
    load: Load, tmp_path: Path
) -> None:
    rows = [
        ["id", *HEAD], ["a", *ROW], ["b", "", *ROW[1:]], ["a", *ROW],
        ["c", *ROW[:4], "31/02/2026", "có", ""], ["d", *ROW[:5], "có lẽ", ""],
        ["e", *ROW[:3], "Điều 999 Nghị định 331/2026/NĐ-CP", "", "", ""],
        ["f", *ROW[:3], "Luật Hàng hải", "", "", ""],
    ]
    found = load(write_rows(tmp_path / "set.csv", rows))
    assert [problem.line for problem in found.problems] == [3, 4, 5, 6, 7, 8]
    told = [problem.en for problem in found.problems]
    for reason, words in zip(
        ("question is missing", "id a is used before", "31/02/2026", "có lẽ",
         "the nearest is decree-331-2026", "names no provision"), told, strict=True,
    ):
        assert reason in words
    assert all(problem.vi != problem.en for problem in found.problems)
    assert [sample.id for sample in found.samples] == ["a"]
    with pytest.raises(EvaluationError, match="6 bad rows.*line 3.*--skip-bad-rows"):
        require_usable(found, skip_bad_rows=False)
    require_usable(found, skip_bad_rows=True)


def test_a_broken_line_of_jsonl_is_one_bad_row(load: Load, tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"question": "Nghị định 331 là gì?"}\n{"question": \n[1]\n', encoding="utf-8")
    found = load(path)
    assert len(found.samples) == 1 and [p.line for p in found.problems] == [2, 3]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("set.csv", b"color,size\nred,1\n", "no column is called"),
        ("set.csv", "câu hỏi\nĐiều".encode("cp1258", "replace") + b"\xff\xfe\xfa", "not UTF-8"),
        ("set.xlsx", b"PK\x03\x04 no workbook", "not a readable XLSX"),
        ("set.json", b"{", "not valid JSON"),
        ("set.json", b'{"a": 1}', "a list of objects"),
        ("set.pdf", b"%PDF", "a test set is one of"),
    ],
)
def test_what_is_no_test_set_is_refused_with_what_to_do(
    load: Load, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EvaluationError, match=told):
        load(tmp_path / name)


@pytest.mark.parametrize("name", ["template.csv", "template.xlsx"])
def test_the_template_is_a_test_set(load: Load, tmp_path: Path, name: str) -> None:
    write_template(tmp_path / name)
    found = load(tmp_path / name)
    # Its gold is of a law that the small corpus does not hold: told, with the line.
    assert [sample.answerable for sample in found.samples] == [False]
    assert [problem.line for problem in found.problems] == [2]
    assert "khoản 2 Điều 44" in found.problems[0].vi and not found.unknown_columns
    with pytest.raises(EvaluationError, match=r"\.csv or \.xlsx"):
        write_template(tmp_path / "template.txt")


def test_support_told_loosely_becomes_gold_where_it_names_a_provision(
    load: Load, tmp_path: Path
) -> None:
    row = {"q": "Hỏi gì?", "support": "Nghị định 331/2026 Đ1; dig.watch", "type": "date"}
    none = {"q": "Hỏi khác?", "support": "không có", "type": "abstain"}
    text = "\n".join(json.dumps(held, ensure_ascii=False) for held in (row, none))
    (tmp_path / "set.jsonl").write_text(text, encoding="utf-8")
    found = load(tmp_path / "set.jsonl")
    assert not found.problems
    assert [sample.gold_provisions for sample in found.samples] == [("decree-331-2026/art-1",), ()]
    assert [sample.answerable for sample in found.samples] == [True, False]
    assert [note.line for note in found.notes] == [1]


def test_squad_brings_its_paragraphs(load: Load, tmp_path: Path) -> None:
    asked = [{"id": "1", "question": "Thủ đô ở đâu?", "answers": [{"text": "Hà Nội"}, {"text": "Hà Nội"}]},
             {"id": "2", "question": "Ai?", "is_impossible": True, "answers": []}]
    data = {"data": [{"title": "Việt_Nam", "paragraphs": [
        {"context": "Mưa.", "qas": []}, {"context": "Thủ đô là Hà Nội.", "qas": asked}]}]}
    (tmp_path / "squad.vi.json").write_text(json.dumps(data), encoding="utf-8")
    found = load(tmp_path / "squad.vi.json")
    assert [d.id for d in found.documents] == ["squad-0", "squad-1"]
    assert found.samples[0].gold_provisions == ("squad-1",)
    assert found.samples[0].required_facts == ("Hà Nội",)
    assert found.samples[1].answerable is False and found.samples[1].gold_provisions == ()


def test_alqac_takes_the_articles_beside_it(load: Load, tmp_path: Path) -> None:
    row = {"question_id": "DS-1", "question_type": "Tự luận", "text": "Ai quản lý?",
           "relevant_articles": [{"law_id": "Luật Thử", "article_id": "2"}], "answer": "Chính phủ"}
    (tmp_path / "train.json").write_text(json.dumps([row, row]), encoding="utf-8")
    with pytest.raises(EvaluationError, match="--texts"):
        load(tmp_path / "train.json")
    articles = {"Luật Thử@1": "Phạm vi\n\nLuật này thử.", "Luật Thử@2": "Quản lý\n\nChính phủ quản lý."}
    (tmp_path / "all_articles.json").write_text(json.dumps(articles), encoding="utf-8")
    found = load(tmp_path / "train.json")
    assert [sample.id for sample in found.samples] == ["DS-1", "DS-1-2"]
    assert found.samples[0].gold_provisions == ("alqac-luat-thu/art-2",)
    assert "### Điều 2. Quản lý\n\nChính phủ quản lý." in found.documents[0].body


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not here")
@pytest.mark.parametrize(
    ("name", "samples", "documents"),
    [("xquad.vi.json", 1190, 240), ("xquad.en.json", 1190, 240), ("alqac2023/train.json", 100, 17),
     ("alqac2023/public_test.json", 100, 17), ("alqac2023/private_test.json", 110, 17),
     ("policy-questions.jsonl", 62, 0)],
)
def test_public_sets_are_read_as_they_are(
    load: Load, name: str, samples: int, documents: int
) -> None:
    found = load(SHARED / name)
    assert (len(found.samples), len(found.documents)) == (samples, documents)
    assert not found.problems


def test_variants_keep_their_case_and_leave_english_alone() -> None:
    vietnamese = EvaluationSample("1", "Điều 6 Luật An ninh mạng?", tags=("accented", "who"))
    english = EvaluationSample("2", "Who leads?", tags=("pair:lead",))
    made = with_variants([vietnamese, english], list(VARIANTS))
    assert [sample.id for sample in made] == ["1", "1@unaccented", "1@half-accented", "1@nfd", "2"]
    assert made[1].question == "Dieu 6 Luat An ninh mang?"
    assert len(made[3].question) > len(vietnamese.question)
    assert [case_of(sample) for sample in made] == ["1", "1", "1", "1", "pair:lead"]
    assert [way_of(sample) for sample in made] == [
        "accented", "unaccented", "half-accented", "nfd", "english"]
    assert made == with_variants([vietnamese, english], list(VARIANTS)), "not the same twice"
    with pytest.raises(EvaluationError, match="no variant upside-down"):
        with_variants([english], ["upside-down"])


def test_a_limit_is_spread_over_the_set() -> None:
    samples = tuple(EvaluationSample(str(n), "q") for n in range(10))
    kept = Dataset("set", samples).limited(3).samples
    assert [sample.id for sample in kept] == ["0", "3", "6"]
    assert Dataset("set", samples).limited(50).samples == samples
