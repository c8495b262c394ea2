"""What the page says of its own, in Vietnamese and in English. The front end of Gradio has no
Vietnamese, so the page carries its own strings and a switch.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.schema import Language, ValidityState
from assistant.text import detect_language
from ui.conversation import ProblemKind


@dataclass(frozen=True, slots=True)
class Strings:
    """Every label of the page in one language; `{…}` is filled in where it is shown."""

    title: str
    subtitle: str
    page_language: str
    question: str
    question_hint: str
    ask: str
    stop: str
    clear: str
    as_typed: str
    as_of: str
    as_of_hint: str
    answer_language: str
    answer_languages: tuple[str, str, str]
    examples_title: str
    examples: tuple[str, str, str, str, str, str]
    understood: str
    follow_up: str
    working: str
    stopped: str
    nothing_stands: str
    nearest: str
    earlier: str
    sources: str
    sources_of: str
    no_sources: str
    sources_empty: str
    validity_on: str
    validity_in: str
    digest: str
    digest_why: str
    official: str
    own_article: str
    standing: dict[str, str]
    verified: dict[str, str]
    number: str
    adopted: str
    effective: str
    ends: str
    checked: str
    open_source: str
    back: str
    validity: dict[ValidityState, str]
    ended_since: str
    not_yet_since: str
    problems: dict[ProblemKind, str]
    answered_by: dict[str, str]
    answered_by_model: str
    corpus: str
    not_advice: str


VIETNAMESE = Strings(
    title="Trợ lý hợp tác an ninh mạng",
    subtitle="Hỏi đáp về chính sách hợp tác quốc tế trên không gian mạng: trích đến từng điều,"
    " khoản, xét hiệu lực theo ngày.",
    page_language="Ngôn ngữ của trang",
    question="Câu hỏi",
    question_hint="Ví dụ: Ai chủ trì hợp tác quốc tế về an ninh mạng? (không cần gõ dấu)",
    ask="Hỏi",
    stop="Dừng",
    clear="Xóa hội thoại",
    as_typed="Tìm đúng như đã gõ",
    as_of="Hiệu lực tại ngày",
    as_of_hint="{today}",
    answer_language="Trả lời bằng",
    answer_languages=("Theo câu hỏi", "Tiếng Việt", "English"),
    examples_title="Hỏi thử",
    examples=(
        "Hợp tác quốc tế về an ninh mạng dựa trên nguyên tắc nào?",
        "ai chu tri hop tac quoc te ve an ninh mang",
        "Năm 2024 cơ quan nào quản lý nhà nước về an toàn thông tin mạng?",
        "Luật An toàn thông tin mạng 2015 còn hiệu lực không?",
        "So sánh hợp tác quốc tế trong luật 2018 và luật 2025",
        "Công ước Hà Nội đã có hiệu lực chưa?",
    ),
    understood="Đã hiểu là:",
    follow_up="câu hỏi nối tiếp",
    working="Đang tìm trong kho tài liệu…",
    stopped="Đã dừng theo yêu cầu.",
    nothing_stands="Tôi không tìm được câu trả lời nào đứng vững khi kiểm tra lại với nguồn, nên"
    " không trả lời.",
    nearest="Các quy định gần nhất trong kho",
    earlier="Câu hỏi trước",
    sources="Nguồn",
    sources_of="Nguồn của câu trả lời",
    no_sources="Câu trả lời này không dẫn nguồn nào.",
    sources_empty="Nguồn của câu trả lời sẽ hiện ở đây: điều, khoản được trích, hiệu lực của văn"
    " bản vào ngày được hỏi và địa chỉ văn bản chính thức.",
    validity_on="Hiệu lực xét tại ngày {day}",
    validity_in="Hiệu lực xét tại ngày {day}, ngày cuối của khoảng thời gian được hỏi",
    digest="tóm lược",
    digest_why="Lời tóm lược của kho tài liệu, không phải nguyên văn; khi khác nhau, văn bản chính"
    " thức là đúng.",
    official="văn bản chính thức",
    own_article="bài của kho tài liệu",
    standing={
        "official": "theo văn bản chính thức", "secondary": "theo nguồn thứ cấp",
        "compiled": "tổng hợp từ nhiều nguồn",
    },
    verified={
        "official": "đã đối chiếu với văn bản chính thức",
        "secondary": "đã đối chiếu với bản công khai khác", "unverified": "chưa đối chiếu",
    },
    number="Số hiệu",
    adopted="Ban hành",
    effective="Có hiệu lực",
    ends="Hết hiệu lực",
    checked="Kiểm tra lần cuối",
    open_source="Mở văn bản gốc",
    back="về câu trả lời",
    validity={
        "in_force": "còn hiệu lực", "not_yet": "chưa có hiệu lực", "ended": "hết hiệu lực",
        "undated": "không xét hiệu lực",
    },
    ended_since="hết hiệu lực từ {day}",
    not_yet_since="chưa có hiệu lực, có hiệu lực từ {day}",
    problems={
        "empty": "Bạn chưa nhập câu hỏi.",
        "too_long": "Câu hỏi quá dài ({detail} ký tự). Xin rút ngắn lại.",
        "bad_date": "“{detail}” không phải là một ngày. Xin nhập như 01/07/2026 hoặc 2026-07-01,"
        " hoặc để trống nếu hỏi về hôm nay.",
        "question": "Chưa nhận được câu hỏi này: {detail}",
        "index": "Kho tài liệu chưa sẵn sàng để tra cứu. Xin báo người vận hành: {detail}",
        "locked": "Kho tài liệu đang được cập nhật. Xin thử lại sau ít phút.",
        "setup": "Trợ lý chưa được cài đặt đúng. Xin báo người vận hành: {detail}",
        "bug": "Xin lỗi, có lỗi ngoài dự kiến nên chưa trả lời được. Lỗi đã được ghi lại; xin thử"
        " lại hoặc hỏi cách khác.",
    },
    answered_by={"extractive": "Trả lời bằng cách trích nguồn, không dùng mô hình sinh văn bản."},
    answered_by_model="Câu chữ do mô hình {model} viết, đã kiểm tra với nguồn.",
    corpus="Kho tài liệu: {documents} văn bản, kiểm tra đến ngày {day}.",
    not_advice="Thông tin tham khảo, không phải tư vấn pháp lý.",
)

ENGLISH = Strings(
    title="Cyber cooperation assistant",
    subtitle="Questions on international cyber cooperation policy, answered down to article and"
    " clause, with validity by date.",
    page_language="Page language",
    question="Question",
    question_hint="For example: Who leads international cooperation on cybersecurity in Viet Nam?",
    ask="Ask",
    stop="Stop",
    clear="Clear conversation",
    as_typed="Search exactly as typed",
    as_of="Validity as of",
    as_of_hint="{today}",
    answer_language="Answer in",
    answer_languages=("Language of the question", "Tiếng Việt", "English"),
    examples_title="Try one",
    examples=(
        "What principles govern international cooperation on cybersecurity in Viet Nam?",
        "Who leads international cooperation on cybersecurity in Viet Nam?",
        "Is the Law on Network Information Security 2015 still in force?",
        "Compare international cooperation in the 2018 and 2025 cybersecurity laws",
        "Has the Hanoi Convention entered into force?",
        "ai chu tri hop tac quoc te ve an ninh mang",
    ),
    understood="Understood as:",
    follow_up="follow-up question",
    working="Searching the corpus…",
    stopped="Stopped as you asked.",
    nothing_stands="No answer was found that stands when checked against its sources, so none is"
    " given.",
    nearest="The nearest provisions held",
    earlier="Earlier questions",
    sources="Sources",
    sources_of="Sources of the answer",
    no_sources="This answer cites no source.",
    sources_empty="The sources of an answer appear here: the article and clause quoted, whether the"
    " text is in force on the date asked about, and the address of the official text.",
    validity_on="Validity as of {day}",
    validity_in="Validity as of {day}, the last day of the time asked about",
    digest="digest",
    digest_why="A digest in the corpus's own words, not the law's; where they differ, the official"
    " text is right.",
    official="official text",
    own_article="the corpus's own article",
    standing={
        "official": "from the official text", "secondary": "from a secondary source",
        "compiled": "compiled from several sources",
    },
    verified={
        "official": "compared with the official text",
        "secondary": "compared with another public copy", "unverified": "not yet compared",
    },
    number="Number",
    adopted="Adopted",
    effective="In force from",
    ends="Ceases on",
    checked="Last checked",
    open_source="Open the source text",
    back="back to the answer",
    validity={
        "in_force": "in force", "not_yet": "not yet in force", "ended": "no longer in force",
        "undated": "validity does not apply",
    },
    ended_since="no longer in force since {day}",
    not_yet_since="not yet in force, in force from {day}",
    problems={
        "empty": "Please write a question first.",
        "too_long": "The question is too long ({detail} characters). Please shorten it.",
        "bad_date": "“{detail}” is not a date. Please write it like 2026-07-01 or 01/07/2026 (day"
        " first), or leave it empty for today.",
        "question": "This question could not be taken: {detail}",
        "index": "The corpus is not ready to be searched. Please tell the operator: {detail}",
        "locked": "The corpus is being updated. Please try again in a few minutes.",
        "setup": "The assistant is not set up correctly. Please tell the operator: {detail}",
        "bug": "Sorry, something unexpected went wrong and there is no answer. The error has been"
        " logged; please try again or ask in another way.",
    },
    answered_by={
        "extractive": "Answers are extracted from sources; no text-generating model is used."
    },
    answered_by_model="Worded by the model {model}, checked against the sources.",
    corpus="Corpus: {documents} texts, checked up to {day}.",
    not_advice="For information only; not legal advice.",
)

STRINGS: dict[Language, Strings] = {"vi": VIETNAMESE, "en": ENGLISH}


def in_language(message: str, language: Language) -> str:
    """The half of a message written in both languages ("… / …") that is in the given one."""
    halves = [half.strip() for half in message.split(" / ")]
    fitting = [half for half in halves if detect_language(half) == language]
    return fitting[0] if len(halves) == 2 and len(fitting) == 1 else message


def preferred_language(accept_language: str) -> Language:
    """Vietnamese or English, whichever a browser's Accept-Language puts first; else Vietnamese."""
    weighed = []
    for place, part in enumerate(accept_language.split(",")):
        name, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        weighed.append((-weight, place, name.lower().split("-")[0]))
    for _, _, name in sorted(weighed):
        if name == "vi":
            return "vi"
        if name == "en":
            return "en"
    return "vi"
