"""Real files in the state they are in, against what they say: floors under the accuracy.

The files are not part of the project (see the README of the folder of shared data); where they are
absent these tests skip. The measure is that of benchmarks/reading.py, which prints the table.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from shutil import which

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from reading import Score, find_truths, score_file  # noqa: E402

from assistant.loading.reading import read_source  # noqa: E402
from assistant.structure_lines import match_article, read_lines  # noqa: E402

DATA = Path(__file__).parents[2] / "shared" / "data"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA / "messy").is_dir(), reason="real files are not on this machine"),
]
# Characters and diacritics, each a little under what was measured.
FLOORS = {
    "2003-A28.rtf": (0.99, 0.999),
    "2003-TT132001.doc": (0.99, 0.999),
    "2004-0328NDCP.doc": (0.99, 0.999),
    "2004-NghiDinh29_1998.doc": (0.99, 0.999),
    "2007-1AF57_02-2007.pdf": (0.99, 0.999),
    "synthetic-vni-2003-TT132001.docx": (0.99, 0.999),
    "synthetic-vni-2004-0328NDCP.docx": (0.99, 0.999),
    "real_nq_115_ba_vi.pdf": (0.89, 0.96),
    "real_qd_707_ttg.pdf": (0.95, 0.96),
    "real_tt_21_bct_fuel.pdf": (0.88, 0.92),
    "luat-116-2025-qh15.docx": (0.99, 0.999),
    "portal-luat-24-2018.html": (0.99, 0.999),
}
NEEDED = {".pdf": "tesseract", ".doc": "soffice", ".rtf": "soffice"}


@cache
def truths() -> dict[str, tuple[Path, str]]:
    return {source.name: (source, truth) for source, truth in find_truths(DATA)}


@cache
def score(name: str) -> Score:
    tool = NEEDED.get(Path(name).suffix)
    if tool and not which(tool):
        pytest.skip(f"needs {tool} (.ci/run installs it)")
    return score_file(*truths()[name])


@pytest.mark.parametrize("name", FLOORS)
def test_accuracy(name: str) -> None:
    found = score(name)
    assert found.characters is not None and found.diacritics is not None
    characters, diacritics = FLOORS[name]
    assert found.characters >= characters and found.diacritics >= diacritics


def test_antiword_where_libreoffice_is_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    antiword = which("antiword")
    if not antiword:
        pytest.skip("needs antiword (.ci/run installs it)")
    (tmp_path / "antiword").symlink_to(antiword)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = score_file(*truths()["2004-NghiDinh29_1998.doc"])
    assert found.characters is not None and found.characters > 0.98
    assert {note.code for note in found.text.notes} == {"legacy_encoding", "antiword"}


def test_every_file_with_a_truth_has_a_floor() -> None:
    assert set(truths()) == set(FLOORS)


@pytest.mark.parametrize(
    ("name", "articles"),
    [
        ("docx/luat-116-2025-qh15.docx", 45),
        ("html/portal-luat-24-2018.html", 43),
        ("html/portal-nghi-dinh-147-2026.html", 14),
    ],
)
def test_every_article_is_there_once_and_nothing_of_the_portal(name: str, articles: int) -> None:
    (found,) = read_source(DATA / "messy" / name)
    labels = [label.number for line in read_lines(found.text) if (label := match_article(line))]
    assert labels == [str(number) for number in range(1, articles + 1)]
    assert not re.search(r"Đăng nhập|Đang theo dõi|Tải về|javascript|Thuộc tính", found.text)


@pytest.mark.parametrize("name", ["nq_115_ba_vi.pdf", "qd_729_ttg.pdf", "tt_21_bct_fuel.pdf"])
def test_signed_scans_are_read_not_just_their_signature(name: str) -> None:
    if not which("tesseract"):
        pytest.skip("needs tesseract (.ci/run installs it)")
    (found,) = read_source(DATA / "messy" / "scans" / name)
    assert found.ocr_confidence is not None and found.ocr_confidence > 80
    assert re.search(r"Căn cứ Luật", found.text) and len(found.text) > 1000
    assert any(note.code == "ocr_number" for note in found.notes)
