"""What the page of the corpus says, in Vietnamese and in English."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.schema import Language, ValidityState


@dataclass(frozen=True, slots=True)
class CorpusStrings:
    """Every label of the page in one language; `{…}` is filled in where it is shown."""

    title: str
    subtitle: str
    to_chat: str
    page_language: str
    add_tab: str
    corpus_tab: str
    files: str
    address: str
    address_hint: str
    read: str
    stop: str
    reading: str
    stopped: str
    adding: str
    nothing_given: str
    preview_of: str
    standing: dict[str, str]
    form: str
    fields: dict[str, str]
    found_how: dict[str, str]
    from_corpus: str
    takes_effect: str
    takes_effect_hint: str
    tree: str
    chunks: str
    original_text: str
    more: str
    repairs: str
    doubts: str
    no_doubts: str
    severities: dict[str, str]
    accept: str
    check_again: str
    confirm: str
    skip: str
    skipped: str
    results: str
    receipts: dict[str, str]
    refused: str
    bug: str
    search: str
    kind: str
    language: str
    status: str
    on_day: str
    all: str
    languages: dict[Language, str]
    kinds: dict[str, str]
    states: dict[ValidityState, str]
    since: str
    until: str
    official: str
    digest: str
    shipped: str
    added: str
    with_summary: str
    columns: tuple[str, str, str, str, str]
    found: str
    chosen: str
    chosen_hint: str
    show_history: str
    remove: str
    remove_sure: str
    remove_yes: str
    no: str
    undo: str
    undo_sure: str
    undo_yes: str
    nothing_to_undo: str
    history: str
    history_columns: tuple[str, str, str, str, str]
    versions: str
    download: str
    no_history: str
    bad_date: str


VIETNAMESE = CorpusStrings(
    title="Kho văn bản",
    subtitle="Thêm văn bản: xem trước những gì máy đọc được rồi mới ghi vào kho; mọi thay đổi hoàn tác được.",
    to_chat="Về trang hỏi đáp",
    page_language="Ngôn ngữ của trang",
    add_tab="Thêm văn bản",
    corpus_tab="Kho",
    files="Tệp: PDF, DOCX, DOC, RTF, HTML, Markdown, TXT, ZIP (kéo thả được nhiều tệp)",
    address="Hoặc địa chỉ trên mạng",
    address_hint="https://…",
    read="Đọc và xem trước",
    stop="Dừng",
    reading="Đang đọc {what} …",
    stopped="Đã dừng. Chưa ghi gì vào kho.",
    adding="Đang ghi {what} vào kho …",
    nothing_given="Hãy chọn tệp hoặc nhập địa chỉ.",
    preview_of="Xem trước {place}/{total}: {name}",
    standing={
        "new": "văn bản mới",
        "same": "kho đã có đúng tệp này",
        "version": "phiên bản mới của văn bản đã có",
        "official_of_digest": "bản chính thức của văn bản đang có tóm lược",
    },
    form="Thông tin văn bản (sửa được)",
    fields={
        "id": "Mã trong kho",
        "title": "Tên",
        "label": "Cách gọi khi trích dẫn",
        "kind": "Loại",
        "number": "Số hiệu",
        "issuer": "Cơ quan ban hành",
        "language": "Ngôn ngữ",
        "adopted": "Ngày ban hành",
        "effective_from": "Có hiệu lực từ",
        "effective_to": "Hết hiệu lực từ",
        "effective_note": "Ghi chú hiệu lực",
        "replaces": "Thay thế (cách nhau dấu phẩy)",
        "implements": "Quy định chi tiết cho",
        "source_url": "Địa chỉ nguồn",
        "text_kind": "Nguyên văn hay tóm lược",
    },
    found_how={
        "head": "phần đầu",
        "title": "tên",
        "enacting_words": "câu ban hành",
        "preamble": "căn cứ",
        "final_provisions": "điều khoản thi hành",
        "closing_words": "câu thông qua",
        "number": "theo số hiệu",
        "file_name": "tên tệp",
        "whole_text": "toàn văn",
        "corpus": "theo kho",
    },
    from_corpus="theo kho",
    takes_effect="Lời văn này áp dụng từ ngày (nếu là bản sửa đổi)",
    takes_effect_hint="2027-01-01; để trống nếu không phải bản sửa đổi",
    tree="Cấu trúc",
    chunks="Các đoạn sẽ được lập chỉ mục",
    original_text="Nguyên văn đã đọc được",
    more="… và {count} nữa",
    repairs="Đã sửa",
    doubts="Nghi vấn",
    no_doubts="Không có nghi vấn.",
    severities={"severe": "nặng", "warning": "cần xem", "info": "lưu ý"},
    accept="Tôi đã xem các nghi vấn nặng và vẫn muốn thêm",
    check_again="Kiểm tra lại với thông tin đã sửa",
    confirm="Thêm vào kho",
    skip="Bỏ qua",
    skipped="{name}: đã bỏ qua.",
    results="Kết quả",
    receipts={
        "added": "đã thêm",
        "new_version": "phiên bản mới",
        "replaced": "đã thay",
        "removed": "đã bỏ",
        "restored": "đã khôi phục",
        "unchanged": "không đổi",
    },
    refused="Chưa thêm: {why}",
    bug="Có lỗi ngoài dự kiến, đã ghi vào nhật ký. Kho không thay đổi.",
    search="Tìm theo tên, số hiệu, mã",
    kind="Loại",
    language="Ngôn ngữ",
    status="Hiệu lực",
    on_day="Vào ngày",
    all="Tất cả",
    languages={"vi": "tiếng Việt", "en": "tiếng Anh"},
    kinds={
        "law": "luật",
        "decree": "nghị định",
        "decision": "quyết định",
        "circular": "thông tư",
        "resolution": "nghị quyết",
        "ordinance": "pháp lệnh",
        "directive": "chỉ thị",
        "regulation": "quy định",
        "treaty": "điều ước",
        "protocol": "nghị định thư",
        "agreement": "thỏa thuận",
        "strategy": "chiến lược",
        "article": "bài viết",
        "glossary": "thuật ngữ",
        "timeline": "mốc thời gian",
    },
    states={
        "in_force": "đang có hiệu lực",
        "not_yet": "chưa có hiệu lực",
        "ended": "hết hiệu lực",
        "undated": "không tính hiệu lực",
    },
    since="từ {day}",
    until="đến hết ngày trước {day}",
    official="nguyên văn",
    digest="tóm lược",
    shipped="đi kèm",
    added="đã thêm",
    with_summary="có tóm lược",
    columns=("Văn bản", "Số hiệu", "Hiệu lực", "Loại", "Nguồn"),
    found="{count} văn bản",
    chosen="Chọn văn bản",
    chosen_hint="để xem lịch sử, tải bản gốc hoặc bỏ khỏi kho",
    show_history="Lịch sử và bản gốc",
    remove="Bỏ khỏi kho",
    remove_sure="Bỏ {key} khỏi kho? Văn bản và bản gốc vẫn được giữ, có thể hoàn tác.",
    remove_yes="Bỏ",
    no="Không",
    undo="Hoàn tác thay đổi cuối",
    undo_sure="Hoàn tác: {what}?",
    undo_yes="Hoàn tác",
    nothing_to_undo="Không có thay đổi nào để hoàn tác.",
    history="Lịch sử {key}",
    history_columns=("Lúc (UTC)", "Ai", "Thay đổi", "Văn bản", "Phiên bản"),
    versions="Các phiên bản",
    download="tải bản gốc",
    no_history="Chưa có thay đổi nào; văn bản đi kèm chương trình.",
    bad_date="{text} không phải ngày. Viết 2026-07-01 hoặc 01/07/2026.",
)

ENGLISH = CorpusStrings(
    title="Corpus",
    subtitle="Add texts: see first what was read, then write it into the corpus. Every change can be undone.",
    to_chat="Back to the questions",
    page_language="Language of the page",
    add_tab="Add texts",
    corpus_tab="Corpus",
    files="Files: PDF, DOCX, DOC, RTF, HTML, Markdown, TXT, ZIP (several can be dropped)",
    address="Or an address on the web",
    address_hint="https://…",
    read="Read and preview",
    stop="Stop",
    reading="Reading {what} …",
    stopped="Stopped. Nothing was written to the corpus.",
    adding="Writing {what} to the corpus …",
    nothing_given="Choose a file or enter an address.",
    preview_of="Preview {place}/{total}: {name}",
    standing={
        "new": "new text",
        "same": "the corpus holds this very file",
        "version": "new version of a text held",
        "official_of_digest": "official text of a digest held",
    },
    form="Facts of the text (can be changed)",
    fields={
        "id": "Id in the corpus",
        "title": "Title",
        "label": "How it is cited",
        "kind": "Kind",
        "number": "Number",
        "issuer": "Issuer",
        "language": "Language",
        "adopted": "Adopted on",
        "effective_from": "In force from",
        "effective_to": "No longer in force from",
        "effective_note": "Note on its force",
        "replaces": "Replaces (separated by commas)",
        "implements": "Implements",
        "source_url": "Source address",
        "text_kind": "Official text or digest",
    },
    found_how={
        "head": "head",
        "title": "title",
        "enacting_words": "enacting words",
        "preamble": "preamble",
        "final_provisions": "final provisions",
        "closing_words": "closing words",
        "number": "by the number",
        "file_name": "file name",
        "whole_text": "whole text",
        "corpus": "from the corpus",
    },
    from_corpus="from the corpus",
    takes_effect="This wording applies from (for an amended text)",
    takes_effect_hint="2027-01-01; leave empty unless the text was amended",
    tree="Structure",
    chunks="Chunks that will be indexed",
    original_text="The text as read",
    more="… and {count} more",
    repairs="Repaired",
    doubts="Doubts",
    no_doubts="No doubts.",
    severities={"severe": "severe", "warning": "look at", "info": "note"},
    accept="I have looked at the severe doubts and want to add it all the same",
    check_again="Check again with what was changed",
    confirm="Add to the corpus",
    skip="Leave out",
    skipped="{name}: left out.",
    results="Results",
    receipts={
        "added": "added",
        "new_version": "new version",
        "replaced": "replaced",
        "removed": "removed",
        "restored": "restored",
        "unchanged": "unchanged",
    },
    refused="Not added: {why}",
    bug="Something unexpected went wrong and was logged. The corpus has not changed.",
    search="Search by name, number, id",
    kind="Kind",
    language="Language",
    status="In force",
    on_day="On the day",
    all="All",
    languages={"vi": "Vietnamese", "en": "English"},
    kinds={
        "law": "law",
        "decree": "decree",
        "decision": "decision",
        "circular": "circular",
        "resolution": "resolution",
        "ordinance": "ordinance",
        "directive": "directive",
        "regulation": "regulation",
        "treaty": "treaty",
        "protocol": "protocol",
        "agreement": "agreement",
        "strategy": "strategy",
        "article": "article",
        "glossary": "glossary",
        "timeline": "timeline",
    },
    states={
        "in_force": "in force",
        "not_yet": "not yet in force",
        "ended": "no longer in force",
        "undated": "undated",
    },
    since="since {day}",
    until="until before {day}",
    official="official text",
    digest="digest",
    shipped="shipped",
    added="added",
    with_summary="with digest",
    columns=("Text", "Number", "In force", "Kind", "Source"),
    found="{count} texts",
    chosen="Choose a text",
    chosen_hint="for its history, its original, or to remove it",
    show_history="History and originals",
    remove="Remove",
    remove_sure="Remove {key} from the corpus? The text and its original are kept, and this can be undone.",
    remove_yes="Remove",
    no="No",
    undo="Undo the last change",
    undo_sure="Undo: {what}?",
    undo_yes="Undo",
    nothing_to_undo="There is no change to undo.",
    history="History of {key}",
    history_columns=("At (UTC)", "Who", "Change", "Text", "Version"),
    versions="Versions",
    download="download the original",
    no_history="No change yet; the text is shipped with the program.",
    bad_date="{text} is not a date. Write 2026-07-01 or 01/07/2026.",
)

CORPUS_STRINGS: dict[Language, CorpusStrings] = {"vi": VIETNAMESE, "en": ENGLISH}
