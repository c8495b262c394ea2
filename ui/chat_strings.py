"""The labels of the chat page, in Vietnamese and in English; those that scripts need go to them whole."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.schema import Language


@dataclass(frozen=True, slots=True)
class ChatStrings:
    """Every label of the chat's own controls in one language; `{…}` is filled in where it is shown."""

    welcome: str
    promises: tuple[tuple[str, str], tuple[str, str], tuple[str, str]]
    examples_title: str
    examples: tuple[str, str, str, str, str, str]
    question: str
    question_hint: str
    ask: str
    stop: str
    as_of: str
    today: str
    answer_language: str
    answer_languages: tuple[str, str, str]
    filters: str
    filter_kinds: str
    filter_language: str
    filter_document: str
    all_languages: str
    all_documents: str
    filters_on: str
    reset: str
    compare: str
    compare_title: str
    compare_why: str
    compare_by: str
    compare_dates: str
    compare_texts: str
    first: str
    second: str
    conversations: str
    new_conversation: str
    no_conversations: str
    kept_here: str
    untitled: str
    rename: str
    rename_title: str
    delete: str
    delete_title: str
    clear: str
    clear_title: str
    export: str
    export_markdown: str
    export_word: str
    retry: str
    edit: str
    editing: str
    cancel: str
    save: str
    copy: str
    copied: str
    copy_answer: str
    as_typed: str
    helpful: str
    not_helpful: str
    reason_title: str
    reasons: dict[str, str]
    comment: str
    send: str
    thanks: str
    next_questions: str
    panel: str
    panel_empty: str
    close: str
    previous: str
    next: str
    you_asked: str
    answered: str
    working: str
    stopped: str
    offline: str
    busy: str
    storage_full: str
    scroll_down: str
    show_conversations: str
    actions: str


VIETNAMESE = ChatStrings(
    welcome="Bạn muốn tra cứu điều gì?",
    promises=(
        ("Trích đến điểm, khoản", "Mỗi câu có nguồn; bấm [1] để đọc cả điều luật, chỗ được trích có đánh dấu."),
        ("Xét hiệu lực theo ngày", "Chọn một ngày: câu trả lời theo luật có hiệu lực hôm đó, kèm luật cũ và luật mới."),
        ("Không đoán", "Không có căn cứ thì nói là không, cho biết quy định gần nhất và còn thiếu gì."),
    ),
    examples_title="Hỏi thử",
    examples=(
        "Hợp tác quốc tế về an ninh mạng dựa trên nguyên tắc nào?",
        "ai chu tri hop tac quoc te ve an ninh mang",
        "Năm 2024 cơ quan nào quản lý nhà nước về an toàn thông tin mạng?",
        "Luật An toàn thông tin mạng 2015 còn hiệu lực không?",
        "So sánh hợp tác quốc tế trong luật 2018 và luật 2025",
        "Công ước Hà Nội đã có hiệu lực chưa?",
    ),
    question="Câu hỏi",
    question_hint="Hỏi về luật, nghị định, điều ước… (không cần gõ dấu)",
    ask="Hỏi",
    stop="Dừng",
    as_of="Hiệu lực tại ngày",
    today="Hôm nay",
    answer_language="Trả lời bằng",
    answer_languages=("Theo câu hỏi", "Tiếng Việt", "English"),
    filters="Bộ lọc",
    filter_kinds="Loại văn bản",
    filter_language="Ngôn ngữ của văn bản",
    filter_document="Chỉ trong văn bản",
    all_languages="Cả hai",
    all_documents="Tất cả văn bản",
    filters_on="đang lọc",
    reset="Bỏ lọc",
    compare="So sánh",
    compare_title="Một câu hỏi, hai bên",
    compare_why="Câu hỏi trong ô sẽ được trả lời hai lần, đặt cạnh nhau.",
    compare_by="So sánh theo",
    compare_dates="Hai ngày",
    compare_texts="Hai văn bản",
    first="Bên thứ nhất",
    second="Bên thứ hai",
    conversations="Hội thoại",
    new_conversation="Hội thoại mới",
    no_conversations="Chưa có hội thoại nào.",
    kept_here="Chỉ lưu trong trình duyệt này.",
    untitled="Hội thoại mới",
    rename="Đổi tên",
    rename_title="Tên hội thoại",
    delete="Xóa",
    delete_title="Xóa hội thoại này?",
    clear="Xóa nội dung",
    clear_title="Xóa mọi câu hỏi trong hội thoại này?",
    export="Xuất",
    export_markdown="Markdown (.md)",
    export_word="Word (.docx)",
    retry="Hỏi lại",
    edit="Sửa câu hỏi",
    editing="Đang sửa câu hỏi cuối",
    cancel="Thôi",
    save="Lưu",
    copy="Sao chép",
    copied="Đã sao chép",
    copy_answer="Sao chép câu trả lời",
    as_typed="Tìm đúng như đã gõ",
    helpful="Câu trả lời tốt",
    not_helpful="Câu trả lời chưa tốt",
    reason_title="Chưa tốt ở điểm nào?",
    reasons={
        "wrong": "Sai nội dung", "outdated": "Sai thời điểm hiệu lực", "incomplete": "Thiếu ý",
        "wrong_source": "Nguồn không đúng", "off_topic": "Không đúng câu hỏi", "unclear": "Khó hiểu",
    },
    comment="Nói thêm (không bắt buộc)",
    send="Gửi góp ý",
    thanks="Cảm ơn bạn đã góp ý.",
    next_questions="Hỏi tiếp",
    panel="Nguồn",
    panel_empty="Bấm vào một số [1] trong câu trả lời để đọc đoạn được trích trong cả điều luật.",
    close="Đóng",
    previous="Nguồn trước",
    next="Nguồn sau",
    you_asked="Bạn hỏi",
    answered="Đã trả lời",
    working="Đang tìm trong kho tài liệu…",
    stopped="Đã dừng theo yêu cầu.",
    offline="Mất liên lạc với máy chủ. Câu hỏi vẫn còn đây; xin thử lại.",
    busy="Có quá nhiều câu hỏi cùng lúc. Xin chờ một phút rồi thử lại.",
    storage_full="Trình duyệt đã đầy chỗ lưu: hội thoại này có thể mất khi đóng trang. Hãy xuất ra tệp.",
    scroll_down="Xuống cuối",
    show_conversations="Hiện danh sách hội thoại",
    actions="Thao tác với câu trả lời",
)

ENGLISH = ChatStrings(
    welcome="What would you like to look up?",
    promises=(
        ("Cited to the point", "Every sentence has its source; press [1] to read the whole article, the quoted words marked."),
        ("As of any day", "Choose a day: the answer follows the law in force then, with what came before and after."),
        ("No guessing", "Where there is no basis it says so, with the nearest provisions and what is missing."),
    ),
    examples_title="Try one",
    examples=(
        "What principles govern international cooperation on cybersecurity in Viet Nam?",
        "Who leads international cooperation on cybersecurity in Viet Nam?",
        "Is the Law on Network Information Security 2015 still in force?",
        "Compare international cooperation in the 2018 and 2025 cybersecurity laws",
        "Has the Hanoi Convention entered into force?",
        "ai chu tri hop tac quoc te ve an ninh mang",
    ),
    question="Question",
    question_hint="Ask about laws, decrees, treaties…",
    ask="Ask",
    stop="Stop",
    as_of="Validity as of",
    today="Today",
    answer_language="Answer in",
    answer_languages=("Language of the question", "Tiếng Việt", "English"),
    filters="Filters",
    filter_kinds="Kind of text",
    filter_language="Language of the text",
    filter_document="Only within",
    all_languages="Both",
    all_documents="All texts",
    filters_on="filtered",
    reset="Clear filters",
    compare="Compare",
    compare_title="One question, two sides",
    compare_why="The question in the box is answered twice, side by side.",
    compare_by="Compare",
    compare_dates="Two dates",
    compare_texts="Two texts",
    first="First side",
    second="Second side",
    conversations="Conversations",
    new_conversation="New conversation",
    no_conversations="No conversations yet.",
    kept_here="Kept in this browser only.",
    untitled="New conversation",
    rename="Rename",
    rename_title="Name of the conversation",
    delete="Delete",
    delete_title="Delete this conversation?",
    clear="Clear",
    clear_title="Remove all questions of this conversation?",
    export="Export",
    export_markdown="Markdown (.md)",
    export_word="Word (.docx)",
    retry="Ask again",
    edit="Edit question",
    editing="Editing the last question",
    cancel="Cancel",
    save="Save",
    copy="Copy",
    copied="Copied",
    copy_answer="Copy the answer",
    as_typed="Search exactly as typed",
    helpful="Good answer",
    not_helpful="Bad answer",
    reason_title="What was wrong with it?",
    reasons={
        "wrong": "Wrong content", "outdated": "Wrong time of validity", "incomplete": "Something is missing",
        "wrong_source": "Wrong source", "off_topic": "Not what was asked", "unclear": "Hard to understand",
    },
    comment="Tell more (optional)",
    send="Send feedback",
    thanks="Thank you for the feedback.",
    next_questions="Ask next",
    panel="Source",
    panel_empty="Press a number like [1] in an answer to read the quoted passage within its whole article.",
    close="Close",
    previous="Previous source",
    next="Next source",
    you_asked="You asked",
    answered="Answered",
    working="Searching the corpus…",
    stopped="Stopped as you asked.",
    offline="The server cannot be reached. Your question is still here; please try again.",
    busy="Too many questions at once. Please wait a minute and try again.",
    storage_full="The browser's storage is full: this conversation may be lost when the page closes. Export it.",
    scroll_down="To the end",
    show_conversations="Show conversations",
    actions="Actions on the answer",
)

CHAT_STRINGS: dict[Language, ChatStrings] = {"vi": VIETNAMESE, "en": ENGLISH}
