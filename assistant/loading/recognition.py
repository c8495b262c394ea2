"""Tesseract: a picture of a page to lines.

Vietnamese alone first, and English only where what comes out is no Vietnamese: on scans of laws
the two together lost more tone marks than they won English words, and took twice the time. Adaptive
thresholding (method 2, Sauvola) reads around stamps: 0.91 against 0.90 character accuracy.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import MissingToolError, TooLargeError, UnreadableError
from assistant.loading.page_lines import PageLine
from assistant.text import accented_share

PAGE_SECONDS = 110.0
_LEAST_MARKS = 0.12
_NOISE_CONFIDENCE = 40.0
_UNSURE_CONFIDENCE = 60.0
_NUMBER_OR_DATE = re.compile(r"^(?:Luật\s+)?S[ốoóô]\s*[:.]|,\s*ngày.*tháng.*năm|^No\.", re.IGNORECASE)
# What the Vietnamese model regularly takes for something else on clean pages, and specks at the
# beginning of a line. None of the wrong readings is a Vietnamese phrase.
_MISREAD = (
    (re.compile(r"\bchỉ tiết\b"), "chi tiết"),
    (re.compile(r"\bQUY[ÉÊE]T (?=ĐỊNH|NGHỊ)"), "QUYẾT "),
    (re.compile(r"^¡\)"), "i)"),
    (re.compile(r"^(?:[_|`¬\\‹›~^°]+[—–-]*\s*)+(?=\w)"), ""),
)
# A number typed by a machine stands against its stroke: "Số: 115/NQ-CP", by a hand "Số: 445 /NQ-CP".
_FILLED_NUMBER = re.compile(r"S[ốoóô]\s*[:.]\s*(?:\d+\s+/|[^\d\s])", re.IGNORECASE)
_WHOLE_DATE = re.compile(r"ngày\s*\d{1,2}\s*tháng\s*\d{1,2}\s*năm\s*\d{4}")
# "l6 tháng 6", "l]": the digit 1 next to a digit or a bracket that stands for one.
_MISREAD_ONE = re.compile(r"\b[lI](?=\d)|(?<=\d)[lI]\b|\bl[\]|](?=\s+(?:năm|tháng))")


@dataclass(frozen=True, slots=True)
class Recognised:
    """Lines of a page, the confidences of its words, and what a person has to compare with the page.

    `unsure` are lines with a number or a date that was hardly legible: on signed texts these are
    written by hand. `noise` counts lines left out as specks and stamps.
    """

    lines: list[PageLine]
    confidences: list[float]
    unsure: list[str]
    noise: int


def require_tesseract(name: str) -> None:
    """Raises MissingToolError, with the line that installs it, where scans cannot be read."""
    if shutil.which("tesseract") and {"vie", "eng"} <= _installed_languages():
        return
    raise MissingToolError(
        f"{name} có trang chụp (scan), cần Tesseract để nhận dạng chữ. Hãy cài: "
        "apt-get install tesseract-ocr tesseract-ocr-vie (macOS: brew install tesseract tesseract-lang).",
        f"{name} has scanned pages, which need Tesseract to be read. Install it: "
        "apt-get install tesseract-ocr tesseract-ocr-vie (macOS: brew install tesseract tesseract-lang).",
    )


def _installed_languages() -> set[str]:
    asked = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False)
    return set(asked.stdout.split())


def recognise_page(picture: Path, dots_per_inch: float, height_points: float) -> Recognised:
    """Read one picture; in Vietnamese, and again in English where that is what it holds."""
    vietnamese = _run(picture, "vie", dots_per_inch, height_points)
    text = " ".join(line.text for line in vietnamese.lines)
    if len(text) < 40 or accented_share(text) >= _LEAST_MARKS:
        return vietnamese
    english = _run(picture, "eng", dots_per_inch, height_points)
    return max(vietnamese, english, key=lambda read: _mean(read.confidences))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _run(picture: Path, language: str, dots_per_inch: float, height_points: float) -> Recognised:
    command = ["tesseract", str(picture), "stdout", "-l", language, "--psm", "3"]
    command += ["--dpi", str(round(dots_per_inch)), "-c", "thresholding_method=2", "tsv"]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=PAGE_SECONDS, check=True, encoding="utf-8"
        )
    except subprocess.TimeoutExpired as error:
        raise TooLargeError(
            "Nhận dạng chữ một trang mất quá lâu. Hãy quét lại trang ở độ phân giải 300 dpi.",
            "Recognising a page took too long. Scan it again at 300 dpi.",
        ) from error
    except subprocess.CalledProcessError as error:
        raise UnreadableError(
            f"Tesseract báo lỗi: {error.stderr.strip()[-200:]}",
            f"Tesseract failed: {error.stderr.strip()[-200:]}",
        ) from error
    return _read_table(done.stdout, 72 / dots_per_inch, height_points)


def _read_table(table: str, points_per_pixel: float, height_points: float) -> Recognised:
    """Tesseract's table of words: level 5 are words, which block, paragraph and line bring together."""
    words: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == "5" and row["text"].strip():
            words.setdefault((row["block_num"], row["par_num"], row["line_num"]), []).append(row)
    made = [_make_line(line, points_per_pixel, height_points) for line in words.values()]
    kept = [line for line in made if not _is_noise(line)]
    confidences = [float(word["conf"]) for line in words.values() for word in line]
    unsure = [_text_of(line) for line in words.values() if _is_unsure(line)]
    return Recognised(kept, confidences, unsure, len(made) - len(kept))


def _text_of(words: list[dict[str, str]]) -> str:
    text = _MISREAD_ONE.sub("1", " ".join(word["text"] for word in words))
    for pattern, right in _MISREAD:
        text = pattern.sub(right, text)
    return text


def _is_unsure(words: list[dict[str, str]]) -> bool:
    """Whether a line's number or date was hardly legible, or is none: hands write into the blanks."""
    text = _text_of(words)
    if not _NUMBER_OR_DATE.search(text):
        return False
    filled = _FILLED_NUMBER.search(text) or ("tháng" in text and not _WHOLE_DATE.search(text))
    return bool(filled) or min(float(word["conf"]) for word in words) < _UNSURE_CONFIDENCE


def _make_line(row: list[dict[str, str]], scale: float, height: float) -> PageLine:
    lefts = [int(word["left"]) for word in row]
    rights = [int(word["left"]) + int(word["width"]) for word in row]
    tops = [int(word["top"]) for word in row]
    bottoms = [int(word["top"]) + int(word["height"]) for word in row]
    return PageLine(
        _text_of(row),
        min(lefts) * scale,
        height - max(bottoms) * scale,
        max(rights) * scale,
        height - min(tops) * scale,
        _mean([float(word["conf"]) for word in row]),
    )


def _is_noise(line: PageLine) -> bool:
    """Specks, rules and stamps that came out as a few marks."""
    letters = sum(letter.isalnum() for letter in line.text)
    if letters < 0.4 * len(line.text.replace(" ", "")):
        return True
    return (line.confidence or 0.0) < _NOISE_CONFIDENCE and len(line.text.split()) <= 6
