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
    understood: str
    follow_up: str
    working: str
    stopped: str
    nothing_stands: str
    nearest: str
    sources: str
    no_sources: str
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
    validity: dict[ValidityState, str]
    ended_since: str
    not_yet_since: str
    problems: dict[ProblemKind, str]
    answered_by: dict[str, str]
    answered_by_model: str
    corpus: str
    not_advice: str
    navigation: str
    pages: tuple[str, str, str, str]
    to_dark: str
    to_light: str
    other_language: str
    log_out: str
    skip: str
    source: str
    sources_found: str
    text_version: str
    newer_corpus: str
    issuer: str
    kind: str
    kinds: dict[str, str]
    authority: str
    authorities: dict[str, str]
    replaced_by: str
    provisional: str
    provisional_why: str
    tokens: str
    sent_to: str
    stays_here: str
    missing: str
    not_shown: str


VIETNAMESE = Strings(
    title="Trợ lý hợp tác an ninh mạng",
    subtitle="Hỏi đáp về chính sách hợp tác quốc tế trên không gian mạng: trích đến từng điều,"
    " khoản, xét hiệu lực theo ngày.",
    understood="Đã hiểu là:",
    follow_up="câu hỏi nối tiếp",
    working="Đang tìm trong kho tài liệu…",
    stopped="Đã dừng theo yêu cầu.",
    nothing_stands="Tôi không tìm được câu trả lời nào đứng vững khi kiểm tra lại với nguồn, nên"
    " không trả lời.",
    nearest="Các quy định gần nhất trong kho",
    sources="Nguồn",
    no_sources="Câu trả lời này không dẫn nguồn nào.",
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
        "bad_scope": "Không có văn bản nào trong kho hợp với bộ lọc đã chọn. Xin bỏ bớt điều kiện lọc.",
        "too_many": "Có quá nhiều câu hỏi cùng lúc từ máy này. Xin chờ một phút rồi thử lại.",
        "bug": "Xin lỗi, có lỗi ngoài dự kiến nên chưa trả lời được. Lỗi đã được ghi lại; xin thử"
        " lại hoặc hỏi cách khác.",
    },
    answered_by={"extractive": "Trả lời bằng cách trích nguồn, không dùng mô hình sinh văn bản."},
    answered_by_model="Câu chữ do mô hình {model} viết, đã kiểm tra với nguồn.",
    corpus="Kho tài liệu: {documents} văn bản, kiểm tra đến ngày {day}.",
    not_advice="Thông tin tham khảo, không phải tư vấn pháp lý.",
    navigation="Các trang",
    pages=("Hỏi đáp", "Văn bản", "Thêm tài liệu", "Đánh giá"),
    to_dark="Dùng nền tối",
    to_light="Dùng nền sáng",
    other_language="English",
    log_out="Đăng xuất",
    skip="Tới nội dung chính",
    source="Nguồn {number}: {label}",
    sources_found="Đã tìm thấy {count} nguồn",
    text_version="kho phiên bản {version}",
    newer_corpus="Kho tài liệu đã thay đổi sau câu trả lời này (phiên bản {old}, nay {new}). Nên hỏi lại.",
    issuer="Cơ quan ban hành",
    kind="Loại",
    kinds={
        "law": "luật", "decree": "nghị định", "decision": "quyết định", "circular": "thông tư",
        "resolution": "nghị quyết", "treaty": "điều ước quốc tế", "protocol": "nghị định thư",
        "strategy": "chiến lược", "memorandum": "biên bản ghi nhớ", "article": "bài tổng hợp",
        "glossary": "thuật ngữ", "timeline": "dòng thời gian",
    },
    authority="Căn cứ",
    authorities={
        "official": "nguồn chính thức", "secondary": "báo chí, nghiên cứu",
        "compiled": "tổng hợp nhiều nguồn",
    },
    replaced_by="bị thay thế bởi",
    provisional="Bản nháp, chưa kiểm chứng",
    provisional_why="Chữ này do mô hình viết và đang được đối chiếu với nguồn; phần không đứng vững sẽ bị bỏ.",
    tokens="{count} token",
    sent_to="Câu hỏi và các đoạn trích được gửi tới {host}.",
    stays_here="Câu hỏi không rời máy chủ này.",
    missing="Còn thiếu",
    not_shown="{count} câu không đứng vững khi đối chiếu với nguồn nên đã bị bỏ.",
)

ENGLISH = Strings(
    title="Cyber cooperation assistant",
    subtitle="Questions on international cyber cooperation policy, answered down to article and"
    " clause, with validity by date.",
    understood="Understood as:",
    follow_up="follow-up question",
    working="Searching the corpus…",
    stopped="Stopped as you asked.",
    nothing_stands="No answer was found that stands when checked against its sources, so none is"
    " given.",
    nearest="The nearest provisions held",
    sources="Sources",
    no_sources="This answer cites no source.",
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
        "bad_scope": "No text of the corpus fits the filters chosen. Please loosen them.",
        "too_many": "Too many questions at once from this machine. Please wait a minute and try again.",
        "bug": "Sorry, something unexpected went wrong and there is no answer. The error has been"
        " logged; please try again or ask in another way.",
    },
    answered_by={
        "extractive": "Answers are extracted from sources; no text-generating model is used."
    },
    answered_by_model="Worded by the model {model}, checked against the sources.",
    corpus="Corpus: {documents} texts, checked up to {day}.",
    not_advice="For information only; not legal advice.",
    navigation="Pages",
    pages=("Ask", "Texts", "Add documents", "Evaluation"),
    to_dark="Use the dark theme",
    to_light="Use the light theme",
    other_language="Tiếng Việt",
    log_out="Log out",
    skip="Skip to the main content",
    source="Source {number}: {label}",
    sources_found="{count} sources found",
    text_version="corpus version {version}",
    newer_corpus="The corpus has changed since this answer (version {old}, now {new}). Ask again.",
    issuer="Issued by",
    kind="Kind",
    kinds={
        "law": "law", "decree": "decree", "decision": "decision", "circular": "circular",
        "resolution": "resolution", "treaty": "treaty", "protocol": "protocol",
        "strategy": "strategy", "memorandum": "memorandum", "article": "compiled article",
        "glossary": "glossary", "timeline": "timeline",
    },
    authority="Rests on",
    authorities={
        "official": "official source", "secondary": "press, research",
        "compiled": "several sources",
    },
    replaced_by="replaced by",
    provisional="Draft, not yet verified",
    provisional_why="Written by a model and being checked against the sources; what does not stand is dropped.",
    tokens="{count} tokens",
    sent_to="The question and the passages are sent to {host}.",
    stays_here="The question does not leave this server.",
    missing="What is missing",
    not_shown="{count} sentences did not stand when checked against their sources and were dropped.",
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
