"""The labels of the pages that show texts, in Vietnamese and in English."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.schema import Language


@dataclass(frozen=True, slots=True)
class DocumentStrings:
    """Every label of the text pages and of the source panel in one language."""

    texts: str
    texts_why: str
    contents: str
    as_of: str
    show: str
    search: str
    all_kinds: str
    none_found: str
    in_other_language: dict[str, str]
    open_source: str
    whole_text: str
    copy_citation: str
    copy_in: dict[str, str]
    summary: str
    relatives: str
    quoted_here: str
    digest_why: str
    path: str
    facts: str
    ask_about: str
    not_found: str
    count: str
    wordings: str
    since: str
    until: str


DOCUMENT_STRINGS: dict[Language, DocumentStrings] = {
    "vi": DocumentStrings(
        texts="Văn bản trong kho",
        texts_why="Mỗi văn bản đọc được cả bài, có mục lục và đường dẫn tới từng điều.",
        contents="Mục lục",
        as_of="Hiệu lực tại ngày",
        show="Xem",
        search="Tìm theo tên, số hiệu",
        all_kinds="Mọi loại",
        none_found="Không có văn bản nào như vậy.",
        in_other_language={"vi": "Đọc bản tiếng Việt", "en": "Đọc bản tiếng Anh"},
        open_source="Mở văn bản gốc",
        whole_text="Đọc cả văn bản",
        copy_citation="Sao chép trích dẫn",
        copy_in={"vi": "Tiếng Việt", "en": "English"},
        summary="Tóm lược của kho tài liệu",
        relatives="Luật cũ và luật mới",
        quoted_here="Đoạn được trích",
        digest_why="Đây là lời tóm lược của kho tài liệu, không phải nguyên văn; khi khác nhau, văn bản"
        " chính thức là đúng.",
        path="Vị trí trong văn bản",
        facts="Về văn bản",
        ask_about="Hỏi trong văn bản này",
        not_found="Kho không có văn bản hoặc điều, khoản này.",
        count="{count} văn bản",
        wordings="Các bản của văn bản:",
        since="áp dụng từ {day}",
        until="đến trước {day}",
    ),
    "en": DocumentStrings(
        texts="Texts of the corpus",
        texts_why="Each can be read whole, with its contents and an address for every article.",
        contents="Contents",
        as_of="Validity as of",
        show="Show",
        search="Search by name or number",
        all_kinds="All kinds",
        none_found="There is no such text.",
        in_other_language={"vi": "Read it in Vietnamese", "en": "Read it in English"},
        open_source="Open the source text",
        whole_text="Read the whole text",
        copy_citation="Copy the citation",
        copy_in={"vi": "Tiếng Việt", "en": "English"},
        summary="Digest in the corpus's own words",
        relatives="Earlier and later law",
        quoted_here="Quoted words",
        digest_why="This is a digest in the corpus's own words, not the law's; where they differ, the"
        " official text is right.",
        path="Place in the text",
        facts="About the text",
        ask_about="Ask within this text",
        not_found="The corpus has no such text or provision.",
        count="{count} texts",
        wordings="Wordings of this text:",
        since="from {day}",
        until="before {day}",
    ),
}
