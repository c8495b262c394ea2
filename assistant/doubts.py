"""What is doubtful of a text before it is added: the type, and each doubt's sentence in both languages.

`severe` says that the corpus would answer wrongly if the doubt is right: it needs an explicit yes.
`warning` has to be looked at, `info` only tells what adding will do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "warning", "severe"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing to decide. `code` is stable, `where` a place in the text or a document's key."""

    code: str
    severity: Severity
    vi: str
    en: str
    where: str = ""


_WORDS: dict[str, tuple[Severity, str, str]] = {
    "doubled_articles": (
        "severe",
        "Có điều xuất hiện hơn một lần: {articles}. Văn bản có thể bị nhận dạng sai hoặc ghép từ nhiều bản.",
        "Articles appear more than once: {articles}. The text may be badly recognised, or several in one.",
    ),
    "missing_articles": (
        "severe",
        "Thiếu điều trong dãy số: {articles}. Văn bản có thể chưa đủ.",
        "Articles are missing from the sequence: {articles}. The text may be incomplete.",
    ),
    "no_articles": (
        "warning",
        "Không tìm thấy điều nào trong một văn bản loại {kind}; trích dẫn sẽ theo đoạn.",
        "No article was found in a text of the kind {kind}; citations will go by paragraph.",
    ),
    "other_kind": (
        "severe",
        "Phần đầu ghi là {head}, nhưng nội dung tự gọi là “{body} này” {count} lần. Có thể đây là văn bản khác.",
        "The head says {head}, but the text calls itself “{body} này” {count} times. It may be another text.",
    ),
    "other_session": (
        "severe",
        "Số hiệu ở đầu là của Quốc hội khóa {head}, nhưng cuối văn bản ghi khóa {body}. Có thể đây là luật khác.",
        "The number is of the National Assembly's term {head}, but the closing words name term {body}."
        " It may be another law.",
    ),
    "holds_other_text": (
        "severe",
        "Phần đầu ghi số {number}, nhưng {share} % tên điều là của {label} ({other}).",
        "The head bears the number {number}, but {share} % of the article titles are those of {label} ({other}).",
    ),
    "thin_pages": (
        "severe",
        "Chỉ có {characters} ký tự cho {pages} trang: phần lớn nội dung chưa đọc được.",
        "Only {characters} characters for {pages} pages: most of the content was not read.",
    ),
    "empty_pages": (
        "warning",
        "Không có chữ ở trang {places}.",
        "There is no text on page {places}.",
    ),
    "low_recognition": (
        "severe",
        "Độ tin cậy nhận dạng chữ chỉ {confidence:.0f} %. Hãy đối chiếu từng điều với bản gốc.",
        "Recognition confidence is only {confidence:.0f} %. Compare each article with the original.",
    ),
    "weak_recognition": (
        "warning",
        "Văn bản do máy nhận dạng từ ảnh, độ tin cậy {confidence:.0f} %.",
        "The text was recognised from images, confidence {confidence:.0f} %.",
    ),
    "breaks_off": (
        "warning",
        "Văn bản kết thúc giữa câu: “…{ending}”.",
        "The text ends in the middle of a sentence: “…{ending}”.",
    ),
    "no_number": (
        "warning",
        "Không tìm thấy số hiệu. Hãy nhập nếu có.",
        "No official number was found. Enter it if there is one.",
    ),
    "no_title": (
        "severe",
        "Không tìm thấy tên văn bản. Hãy nhập.",
        "No title was found. Enter it.",
    ),
    "no_effective_date": (
        "warning",
        "Không tìm thấy ngày có hiệu lực: văn bản sẽ được coi là chưa có hiệu lực cho đến khi nhập ngày.",
        "No day of effect was found: the text will count as not yet in force until it is entered.",
    ),
    "effective_before_adopted": (
        "warning",
        "Ngày có hiệu lực {effective} trước ngày ban hành {adopted}.",
        "The day of effect {effective} is before the day of adoption {adopted}.",
    ),
    "same_bytes": (
        "info",
        "Đúng tệp này đã được thêm ngày {at} ({key}). Thêm lại không thay đổi gì.",
        "This very file was added on {at} ({key}). Adding it again changes nothing.",
    ),
    "held_number": (
        "info",
        "Kho đã có văn bản này ({key}, {kind}). Bản thêm vào sẽ là phiên bản mới.",
        "The corpus holds this text ({key}, {kind}). What is added becomes its new version.",
    ),
    "official_over_digest": (
        "info",
        "Kho đang có bản tóm lược ({key}). Bản chính thức sẽ được dùng để trả lời, bản tóm lược giữ làm tóm tắt.",
        "The corpus holds a digest ({key}). The official text will answer; the digest stays as its summary.",
    ),
    "near_same": (
        "severe",
        "{share} % số câu trùng với {label} ({key}), là văn bản khác số. Có thể số hiệu hoặc tệp bị nhầm.",
        "{share} % of the sentences are those of {label} ({key}), a text of another number."
        " The number or the file may be wrong.",
    ),
    "near_same_version": (
        "info",
        "{share} % số câu trùng với bản đang có ({key}).",
        "{share} % of the sentences are those of the text held ({key}).",
    ),
    "other_effective_date": (
        "severe",
        "Văn bản ghi có hiệu lực từ {found}, nhưng kho ghi {held} cho {key}.",
        "The text says that it takes effect on {found}, but the corpus has {held} for {key}.",
    ),
    "other_adopted_date": (
        "warning",
        "Văn bản ghi ngày ban hành {found}, nhưng kho ghi {held} cho {key}.",
        "The text gives {found} as the day of adoption, but the corpus has {held} for {key}.",
    ),
    "other_article_count": (
        "severe",
        "Văn bản có {found} điều, nhưng {key} có {held} điều. Có thể đây là dự thảo hoặc bản chưa đủ.",
        "The text has {found} articles, but {key} has {held}. It may be a draft or incomplete.",
    ),
    "ends_other": (
        "info",
        "Khi thêm, {label} ({key}) sẽ hết hiệu lực từ {day}.",
        "Once added, {label} ({key}) is no longer in force from {day}.",
    ),
    "already_ended": (
        "warning",
        "Văn bản nói thay thế {label} ({key}), nhưng kho ghi văn bản đó hết hiệu lực từ {held}, không phải {day}.",
        "The text says that it replaces {label} ({key}), which by the corpus ended on {held}, not on {day}.",
    ),
}


def make_doubt(code: str, /, where: str = "", **facts: object) -> Doubt:
    """The doubt of that code with its facts in both sentences."""
    severity, vi, en = _WORDS[code]
    return Doubt(code, severity, vi.format(**facts), en.format(**facts), where)


def doubt_codes() -> frozenset[str]:
    """Every code there is, for tests."""
    return frozenset(_WORDS)


def severe_doubts(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Those that need an explicit yes."""
    return tuple(doubt for doubt in doubts if doubt.severity == "severe")
