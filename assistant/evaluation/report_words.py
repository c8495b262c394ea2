"""What the report says, in Vietnamese and in English. One file holds both; a switch shows one."""

from __future__ import annotations

from html import escape

from assistant.evaluation.metrics import METRIC_BY_NAME

# Named (Vietnamese, English).
WORDS: dict[str, tuple[str, str]] = {
    "title": ("Báo cáo đánh giá", "Evaluation report"),
    "summary": ("Tóm tắt", "Summary"),
    "metrics": ("Chỉ số", "Metrics"),
    "groups": ("Theo nhóm", "By group"),
    "ways": ("Cách hỏi", "Ways of asking"),
    "judge": ("Mô hình chấm", "Judge model"),
    "judge_text": (
        "Điểm do mô hình chấm so với đáp án mẫu: để tham khảo, không nằm trong chỉ số nào và không "
        "bao giờ ở cửa kiểm.",
        "Scores that a judge model gave against the reference answers: for reference, part of no "
        "metric and never of a gate.",
    ),
    "refusal": ("Từ chối có đáng tin không", "Reliability of refusals"),
    "samples": ("Từng câu hỏi", "Samples"),
    "made_with": ("Điều kiện chạy", "How it was made"),
    "comparison": ("So với lần trước", "Against the baseline"),
    "gate_passed": ("Đạt cửa kiểm", "The gate is passed"),
    "gate_failed": ("Không đạt cửa kiểm", "The gate is not passed"),
    "unfinished": (
        "Lần chạy chưa xong: số liệu tính trên {done} trong {total} câu.",
        "The run is not finished: figures are over {done} of {total} samples.",
    ),
    "asked": ("câu hỏi", "samples"),
    "status_right": ("đúng hoàn toàn", "right"),
    "status_partial": ("đúng một phần", "partly right"),
    "status_wrong": ("sai", "wrong"),
    "status_refused_right": ("từ chối đúng", "rightly refused"),
    "status_refused_wrong": ("từ chối oan", "refused, though answerable"),
    "status_answered_wrong": ("lẽ ra phải từ chối", "answered, though unanswerable"),
    "status_error": ("lỗi", "error"),
    "status_unjudged": ("không có gì để chấm", "nothing to judge by"),
    "group_answer": ("Câu trả lời", "Answers"),
    "group_retrieval": ("Tìm kiếm", "Retrieval"),
    "group_citations": ("Trích dẫn", "Citations"),
    "group_refusal": ("Từ chối", "Refusals"),
    "group_dates": ("Thời điểm", "Dates"),
    "group_behaviour": ("Độ vững", "Steadiness"),
    "group_cost": ("Thời gian và chi phí", "Time and cost"),
    "dimension_language": ("Ngôn ngữ câu hỏi", "Language of the question"),
    "dimension_intent": ("Dạng câu hỏi", "Kind of question"),
    "dimension_tag": ("Nhãn", "Tag"),
    "interval": (
        "Chấm là giá trị, dải là khoảng tin cậy 95 % (bootstrap theo ca). n là số câu có chỉ số đó.",
        "The dot is the value, the band its 95 % interval (bootstrap over cases). n is the number "
        "of samples that the metric applies to.",
    ),
    "lower_better": ("thấp là tốt", "lower is better"),
    "show_metric": ("Chỉ số", "Metric"),
    "ways_text": (
        "Cùng một ca hỏi nhiều cách: mất bao nhiêu so với tiếng Việt có dấu (trên 0 là mất).",
        "The same cases asked several ways: what is lost against accented Vietnamese (above 0 is "
        "a loss).",
    ),
    "way_unaccented": ("không dấu", "without accents"),
    "way_half-accented": ("nửa dấu", "half accented"),
    "way_nfd": ("dấu rời (NFD)", "decomposed (NFD)"),
    "way_english": ("tiếng Anh", "English"),
    "cases": ("ca", "cases"),
    "refusal_text": (
        "Mỗi cột là các câu có điểm bằng chứng trong khoảng đó. Chấm là tỷ lệ câu thật sự có đáp "
        "án, kèm khoảng Wilson 95 %; điểm đáng tin thì chấm nằm trên đường chéo.",
        "Each bar is the questions whose evidence score lies there. The dot is the share that "
        "really has an answer, with Wilson's 95 % interval; a reliable score follows the diagonal.",
    ),
    "score": ("điểm bằng chứng", "evidence score"),
    "has_answer": ("có đáp án", "has an answer"),
    "answered": ("đã trả lời", "answered"),
    "refused": ("đã từ chối", "refused"),
    "coverage_text": (
        "Nếu chỉ trả lời những câu có điểm cao nhất: tỷ lệ trả lời và tỷ lệ đúng trong số đó.",
        "If only the highest-scored questions were answered: the share answered, and the share "
        "of those that is right.",
    ),
    "coverage": ("tỷ lệ trả lời", "share answered"),
    "accuracy": ("tỷ lệ đúng", "share right"),
    "latency_text": (
        "Giây cho một câu, với {workers} luồng cùng lúc. Vạch: trung vị và bách phân vị 95.",
        "Seconds for a question, {workers} at a time. Lines: the median and the 95th percentile.",
    ),
    "search": ("Tìm trong câu hỏi, mã, nhãn", "Search questions, ids, tags"),
    "any_status": ("Mọi kết quả", "Any outcome"),
    "any_tag": ("Mọi nhãn", "Any tag"),
    "any_language": ("Mọi ngôn ngữ", "Any language"),
    "sort_worst": ("Tệ nhất trước", "Worst first"),
    "sort_order": ("Theo thứ tự", "In order"),
    "sort_slowest": ("Chậm nhất trước", "Slowest first"),
    "sort_score": ("Điểm bằng chứng cao trước", "Highest evidence score first"),
    "shown": ("câu đang hiện", "shown"),
    "open_all": ("Mở hết", "Open all"),
    "close_all": ("Đóng hết", "Close all"),
    "answer": ("Trả lời", "Answer"),
    "expected": ("Mong đợi", "Expected"),
    "reference": ("Đáp án mẫu", "Reference answer"),
    "facts": ("Ý bắt buộc", "Required facts"),
    "gold": ("Điều khoản đúng", "Gold provisions"),
    "no_gold": ("Câu này không có đáp án trong kho.", "This question has no answer in the corpus."),
    "understood": ("Đã hiểu là", "Understood as"),
    "previous": ("Câu hỏi trước", "Question before"),
    "citations": ("Trích dẫn", "Citations"),
    "retrieved": ("Đoạn tìm được", "Retrieved chunks"),
    "rank": ("Hạng", "Rank"),
    "chunk": ("Đoạn", "Chunk"),
    "components": ("Thành phần", "Components"),
    "opening": ("Mở đầu", "Opening"),
    "followed": ("theo trích dẫn", "followed"),
    "why": ("Vì sao", "Why"),
    "value": ("Giá trị", "Value"),
    "metric": ("Chỉ số", "Metric"),
    "not_applicable": ("không áp dụng", "does not apply"),
    "before": ("Trước", "Before"),
    "now": ("Nay", "Now"),
    "difference": ("Chênh lệch", "Difference"),
    "comparison_text": (
        "{shared} câu chung với {name}. McNemar: {gained} câu mới đúng, {lost} câu mới sai, p = {p}.",
        "{shared} samples shared with {name}. McNemar: {gained} newly right, {lost} newly wrong, "
        "p = {p}.",
    ),
    "flipped": ("Câu đổi kết quả", "Samples that flipped"),
    "newly_right": ("mới đúng", "newly right"),
    "newly_wrong": ("mới sai", "newly wrong"),
    "none_flipped": ("Không câu nào đổi.", "None flipped."),
    "by_tag": ("Theo nhãn (đúng hoàn toàn)", "By tag (right)"),
    "definitions": ("Định nghĩa các chỉ số", "What the metrics mean"),
    "definitions_note": (
        "Định nghĩa và nguồn, lấy từ chính mã tính chỉ số (tiếng Anh).",
        "Definition and source, from the code that computes the metric.",
    ),
    "as_of": ("tính tại", "as of"),
    "language_switch": ("English", "Tiếng Việt"),
    "worst": ("Tệ nhất trước; bấm để mở.", "Worst first; press to open."),
    "nearest": ("Gần nhất trong kho", "Nearest in the corpus"),
}
_QUANTILES = {
    "seconds_p50": ("Thời gian, trung vị", "Latency, median"),
    "seconds_p95": ("Thời gian, p95", "Latency, p95"),
}


def both(vi: str, en: str) -> str:
    """Two texts as HTML, of which the switch shows one. Both are escaped here."""
    return f'<span class="vi" lang="vi">{escape(vi)}</span><span class="en" lang="en">{escape(en)}</span>'


def word(name: str, /, **facts: object) -> str:
    """The named words in both languages as HTML."""
    vi, en = WORDS[name]
    return both(vi.format(**facts), en.format(**facts))


def metric_title(name: str, language: str) -> str:
    vi, en = _QUANTILES.get(name) or (METRIC_BY_NAME[name].vi, METRIC_BY_NAME[name].en)
    return vi if language == "vi" else en


def metric_words(name: str) -> str:
    return both(metric_title(name, "vi"), metric_title(name, "en"))


def is_share(name: str) -> bool:
    """Whether the figure is between 0 and 1."""
    metric = METRIC_BY_NAME.get(name)
    return metric is not None and metric.unit == "share"


def figure(name: str, value: float) -> str:
    """The value as shown: percent, seconds or dollars."""
    if is_share(name):
        return f"{100 * value:.1f} %"
    return f"${value:.4f}" if name == "cost_usd" else f"{value:.2f} s"
