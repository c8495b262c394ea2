"""What the evaluation page says, in Vietnamese and in English."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.schema import Language


@dataclass(frozen=True, slots=True)
class EvaluationStrings:
    """Every label of the page in one language; `{…}` is filled in where it is shown."""

    title: str
    subtitle: str
    page_language: str
    pages: tuple[str, str]
    upload: str
    texts: str
    template: str
    options: str
    limit: str
    variants: str
    variant_names: tuple[str, str, str]
    check_determinism: str
    skip_bad_rows: str
    run: str
    stop: str
    nothing_chosen: str
    checked: str
    own_texts: str
    bad_rows: str
    notes: str
    unknown_columns: str
    line: str
    reason: str
    more: str
    reading: str
    indexing: str
    progress: str
    stopped: str
    finished: str
    failed: str
    busy: str
    so_far: str
    history: str
    history_empty: str
    run_name: str
    begun: str
    samples: str
    report: str
    baseline: str
    compare: str
    resume: str
    open_report: str
    unfinished: str
    choose_two: str
    bug: str
    columns: tuple[str, str, str, str]


VIETNAMESE = EvaluationStrings(
    title="Đánh giá hàng loạt",
    subtitle="Tải lên bộ câu hỏi để biết trợ lý đúng, sai và im lặng ở đâu. Không cần mô hình chấm.",
    page_language="Ngôn ngữ của trang",
    pages=("← Hỏi đáp", "Văn bản"),
    upload="Bộ câu hỏi: CSV, XLSX, JSON, JSONL (cả SQuAD, XQuAD, ALQAC)",
    texts="Văn bản của bộ câu hỏi, nếu ở tệp khác (ALQAC)",
    template="Tệp mẫu",
    options="Tùy chọn",
    limit="Chỉ hỏi chừng này câu (0: tất cả)",
    variants="Hỏi thêm mỗi câu",
    variant_names=("không dấu", "nửa dấu", "dấu rời (NFD)"),
    check_determinism="Hỏi hai lần chừng này câu đầu, xem có lặp lại y hệt",
    skip_bad_rows="Bỏ các dòng hỏng, chạy phần còn lại",
    run="Chạy",
    stop="Dừng",
    nothing_chosen="Chưa có bộ câu hỏi nào. Hãy tải lên một tệp.",
    checked="{count} câu hỏi dùng được.",
    own_texts="Bộ này có {count} văn bản riêng: lập chỉ mục riêng, không đụng đến kho tài liệu.",
    bad_rows="{count} dòng hỏng. Sửa tệp rồi tải lại, hoặc đánh dấu ô bên dưới để bỏ chúng.",
    notes="Ghi chú",
    unknown_columns="Cột không dùng: {names}",
    line="Dòng",
    reason="Lý do",
    more="… và {count} dòng nữa",
    reading="Đang đọc bộ câu hỏi…",
    indexing="Đang lập chỉ mục văn bản của bộ câu hỏi: {done}/{total}",
    progress="{done}/{total} câu · còn khoảng {left}",
    stopped="Đã dừng ở {done}/{total}. Mọi kết quả đến đây được giữ; chạy tiếp ở bảng bên dưới.",
    finished="Xong {total} câu trong {left}.",
    failed="Không chạy được: {reason}",
    busy="Đang có một lần chạy khác. Chờ nó xong hoặc dừng nó.",
    so_far="Kết quả đến lúc này",
    history="Các lần chạy",
    history_empty="Chưa có lần chạy nào.",
    run_name="Lần chạy",
    begun="Bắt đầu",
    samples="Số câu",
    report="Báo cáo",
    baseline="So với",
    compare="So sánh",
    resume="Chạy tiếp",
    open_report="Mở báo cáo",
    unfinished="chưa xong",
    choose_two="Chọn hai lần chạy khác nhau.",
    bug="Có lỗi ngoài dự kiến; đã được ghi lại.",
    columns=("Chỉ số", "Giá trị", "Khoảng 95 %", "n"),
)
ENGLISH = EvaluationStrings(
    title="Bulk evaluation",
    subtitle="Upload a test set to see where the assistant is right, wrong and silent. No judge model.",
    page_language="Page language",
    pages=("← Questions", "Documents"),
    upload="Test set: CSV, XLSX, JSON, JSONL (SQuAD, XQuAD and ALQAC too)",
    texts="Texts of the test set, where they are in another file (ALQAC)",
    template="Template",
    options="Options",
    limit="Ask about this many samples only (0: all)",
    variants="Ask each question as well",
    variant_names=("without accents", "half accented", "decomposed (NFD)"),
    check_determinism="Ask this many first samples twice, to see whether answers repeat exactly",
    skip_bad_rows="Leave out bad rows and run the rest",
    run="Run",
    stop="Stop",
    nothing_chosen="There is no test set yet. Upload a file.",
    checked="{count} usable questions.",
    own_texts="The set brings {count} texts of its own: indexed apart, the corpus is not touched.",
    bad_rows="{count} bad rows. Mend the file and upload it again, or tick the box below to leave"
    " them out.",
    notes="Notes",
    unknown_columns="Columns not used: {names}",
    line="Line",
    reason="Reason",
    more="… and {count} more",
    reading="Reading the test set…",
    indexing="Indexing the texts of the test set: {done}/{total}",
    progress="{done}/{total} samples · about {left} left",
    stopped="Stopped at {done}/{total}. All so far is kept; go on with it in the table below.",
    finished="{total} samples done in {left}.",
    failed="It could not be run: {reason}",
    busy="Another run is going on. Wait for it, or stop it.",
    so_far="Results so far",
    history="Runs",
    history_empty="There is no run yet.",
    run_name="Run",
    begun="Begun",
    samples="Samples",
    report="Report",
    baseline="Against",
    compare="Compare",
    resume="Go on",
    open_report="Open the report",
    unfinished="unfinished",
    choose_two="Choose two different runs.",
    bug="Something unexpected went wrong; it has been logged.",
    columns=("Metric", "Value", "95 % interval", "n"),
)
EVALUATION_STRINGS: dict[Language, EvaluationStrings] = {"vi": VIETNAMESE, "en": ENGLISH}
