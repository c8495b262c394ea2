"""The sentences an answer is built from, in both languages. Facts come in by name, never by hand."""

from __future__ import annotations

from assistant.schema import Language

_PHRASES: dict[str, tuple[str, str]] = {
    "according": ("Theo **{label}**{status}{digest}:", "Under **{label}**{status}{digest}:"),
    "in_force_since": (" ({number}có hiệu lực từ {since})", " ({number}in force since {since})"),
    "was_in_force": (
        " ({number}có hiệu lực từ {since} đến hết {last})",
        " ({number}in force from {since} to {last})",
    ),
    "not_in_force": (" ({number}chưa có hiệu lực)", " ({number}not in force)"),
    "in_force_from": (
        " ({number}chưa có hiệu lực; có hiệu lực từ {since})",
        " ({number}not yet in force; in force from {since})",
    ),
    "undated": ("", ""),
    "digest": (", tóm lược", ", digest"),
    "as_of_day": ("Tính tại ngày {day}:", "As of {day}:"),
    "as_of_year": ("Tính tại năm {year}:", "As of {year}:"),
    "as_of_span": ("Trong thời gian từ {start} đến {end}:", "Between {start} and {end}:"),
    "until": ("Đến hết {day}:", "Until {day}:"),
    "since": ("Từ {day}:", "From {day}:"),
    "at_point": ("Trả lời trực tiếp: **{label}**.", "The answer stands in **{label}**."),
    "see_also": (
        "Liên quan: **{label}**{status}{digest}:",
        "See also: **{label}**{status}{digest}:",
    ),
    "predecessors": (
        "Trước {day}, nội dung này nằm ở {labels}, nay đã hết hiệu lực.",
        "Before {day} this was governed by {labels}, no longer in force.",
    ),
    "successors": (
        "**Lưu ý:** {label} hết hiệu lực từ {day}; quy định tương ứng hiện hành: {labels}.",
        "**Note:** {label} ceased to have effect on {day}; the corresponding provision now: {labels}.",
    ),
    "no_successor": (
        "**Lưu ý:** {label} hết hiệu lực từ {day}.",
        "**Note:** {label} ceased to have effect on {day}.",
    ),
    "replaced_by": (
        "**Lưu ý:** {label} hết hiệu lực từ {day}, được thay thế bởi {labels}.",
        "**Note:** {label} ceased to have effect on {day} and was replaced by {labels}.",
    ),
    "later_ended": (
        "**Lưu ý:** {label} sau đó hết hiệu lực từ {day}{by}.",
        "**Note:** {label} later ceased to have effect on {day}{by}.",
    ),
    "not_yet": (
        "**Lưu ý:** {label} chưa có hiệu lực vào ngày {asked}{from_day}.",
        "**Note:** {label} is not in force on {asked}{from_day}.",
    ),
    "earlier_wording": (
        "**Lưu ý:** trên đây là lời văn của {label} áp dụng đến hết {last}; từ {day} áp dụng bản mới.",
        "**Note:** this is the wording of {label} that applied until {last}; a new one applies from {day}.",
    ),
    "later_wording": (
        "**Lưu ý:** lời văn này của {label} áp dụng từ {day}; kho tài liệu không có bản trước đó.",
        "**Note:** this wording of {label} applies from {day}; the corpus holds none before it.",
    ),
    "from_day": ("; có hiệu lực từ {day}", "; it takes effect on {day}"),
    "by": (", thay bằng {labels}", ", replaced by {labels}"),
    "changed": ("**Lưu ý:** {text}", "**Note:** {text}"),
    "conflict": (
        "**Lưu ý:** các nguồn không thống nhất về điểm này; mỗi giá trị được nêu cùng nguồn của nó.",
        "**Note:** sources disagree on this; each value is given with its source.",
    ),
    "unverified": (
        "**Lưu ý:** thông tin chưa được xác minh nằm ở {numbers}.",
        "**Note:** unverified information stands in {numbers}.",
    ),
    "yes_in_force": (
        "**Có.** {label}{number} đang có hiệu lực, từ {since}.",
        "**Yes.** {label}{number} is in force, since {since}.",
    ),
    "yes_in_force_then": (
        "**Có, tại thời điểm {asked}.** {label}{number} có hiệu lực từ {since} đến hết {last}.",
        "**Yes, as of {asked}.** {label}{number} was in force from {since} to {last}.",
    ),
    "no_ended": (
        "**Không, từ {until}.** {label}{number} có hiệu lực từ {since} đến hết {last}{by}.",
        "**No, not since {until}.** {label}{number} was in force from {since} to {last}{by}.",
    ),
    "no_not_yet": (
        "**Chưa.** {label}{number} chưa có hiệu lực vào ngày {asked}{from_day}.",
        "**No, not yet.** {label}{number} is not in force on {asked}{from_day}.",
    ),
    "undated_text": (
        "Kho tài liệu không ghi ngày hiệu lực của {label}.",
        "The corpus holds no date of effect for {label}.",
    ),
    "date_disputed": ("**Lưu ý về ngày:** {note}", "**Note on the date:** {note}"),
    "repeal_clause": ("Điều khoản quy định việc này:", "The provision that says so:"),
    "transition": ("Điều khoản chuyển tiếp:", "Transitional provisions:"),
    "no_article": (
        "**{label} có {total} điều, không có Điều {article}.**",
        "**{label} has {total} articles; there is no Article {article}.**",
    ),
    "article_not_held": (
        "Bản tóm lược của {label} trong kho tài liệu không có Điều {article} (văn bản có {total} điều).",
        "The corpus's digest of {label} does not hold Article {article} (the text has {total} articles).",
    ),
    "no_clause": (
        "**{label} không có {missing}.** Điều này gồm:",
        "**{label} has no {missing}.** The article reads:",
    ),
    "clause_word": ("khoản {number}", "clause {number}"),
    "point_word": ("điểm {number}", "point {number}"),
    "compare_head": ("So sánh về **{matter}**:", "Comparison on **{matter}**:"),
    "compare_column": ("{label} — {status}", "{label} — {status}"),
    "status_in_force": ("còn hiệu lực từ {since}", "in force since {since}"),
    "status_ended": ("hết hiệu lực từ {until}", "ended {until}"),
    "status_not_yet": ("chưa có hiệu lực", "not in force"),
    "status_from": ("có hiệu lực từ {since}", "in force from {since}"),
    "status_undated": ("không xét hiệu lực", "no date of effect"),
    "nothing_said": ("không quy định", "not provided for"),
    "what_changed": (
        "Điểm thay đổi (đối chiếu của kho tài liệu):",
        "What changed (the corpus's own comparison):",
    ),
    "count_points": (
        "**{count}** {unit} ({labels}) — {label}.",
        "**{count}** {unit} ({labels}) — {label}.",
    ),
    "glossary_line": (
        "Thuật ngữ (diễn giải của kho tài liệu):",
        "Glossary (the corpus's own wording):",
    ),
    "definition_before": (
        "Định nghĩa trước đây, {label}{status}{digest}:",
        "Earlier definition, {label}{status}{digest}:",
    ),
    "definition_other": (
        "Định nghĩa trong {label}{status}{digest}:",
        "As defined in {label}{status}{digest}:",
    ),
    "original_beside": (
        "Bản tiếng Việt (ngôn ngữ của văn bản gốc):",
        "In Vietnamese (the language of the original):",
    ),
    "abstain": (
        "Kho tài liệu chưa có căn cứ để trả lời câu hỏi này.",
        "The corpus does not hold what is needed to answer this question.",
    ),
    "abstain_world": (
        "Câu hỏi này nằm ngoài phạm vi của kho tài liệu (chính sách hợp tác an ninh mạng), nên tôi không trả lời.",
        "This question is outside the corpus (cyber cooperation policy), so it is not answered.",
    ),
    "abstain_missing": (
        "Không tìm thấy trong kho tài liệu: {missing}.",
        "Not found in the corpus: {missing}.",
    ),
    "abstain_need": ("Để trả lời cần thêm: {needed}.", "What would settle it: {needed}."),
    "need_text": ("văn bản {name}", "the text of {name}"),
    "need_source": (
        "một nguồn chính thức nói về nội dung được hỏi",
        "an official source on the matter asked about",
    ),
    "nearest": ("Các quy định gần nhất trong kho:", "The nearest provisions held:"),
    "sources": ("Nguồn", "Sources"),
    "understood": ("Đã hiểu là: *{text}*", "Understood as: *{text}*"),
    "kind_digest": ("tóm lược", "digest"),
    "kind_official": ("văn bản chính thức", "official text"),
    "model_failed": (
        "**Lưu ý:** mô hình {model} {reason}; câu trả lời này được trích thẳng từ nguồn.",
        "**Note:** the model {model} {reason}; this answer is extracted from the sources instead.",
    ),
    "model_dropped": (
        "**Lưu ý:** đã bỏ {count} câu mô hình viết vì không đứng vững khi đối chiếu với nguồn.",
        "**Note:** {count} sentences by the model were left out: they did not stand against the sources.",
    ),
    "model_replaced": (
        "**Lưu ý:** đã bỏ {count} câu mô hình viết vì không đứng vững khi đối chiếu với nguồn; thay vào đó là đoạn trích từ nguồn.",
        "**Note:** {count} sentences by the model were left out: they did not stand against the sources. The passage of the source is given instead.",
    ),
    "model_refused": (
        "Mô hình {model} không thấy câu trả lời trong các quy định tìm được.",
        "The model {model} found no answer in the provisions retrieved.",
    ),
    "model_withheld": (
        "**Lưu ý:** {count} đoạn của tài liệu chứa lời sai khiến trợ lý, nên không được đưa cho mô hình.",
        "**Note:** {count} passages address orders to the assistant and were withheld from the model.",
    ),
    "reason_timeout": ("không trả lời kịp", "took too long"),
    "reason_rate_limit": ("đang bị giới hạn số lượt hỏi", "is limiting requests"),
    "reason_key": ("từ chối khóa truy cập", "refused the key"),
    "reason_unavailable": ("không liên lạc được hoặc báo lỗi", "could not be reached or failed"),
    "reason_resting": (
        "lỗi nhiều lần liên tiếp nên tạm thời không được hỏi",
        "failed several times in a row and is not asked for a while",
    ),
    "reason_cut": ("bị ngắt giữa chừng", "was cut off"),
    "reason_unusable": (
        "không trả lời theo cách kiểm chứng được",
        "did not answer in a way that can be verified",
    ),
    "reason_unsupported": (
        "viết những câu không đứng vững khi đối chiếu với nguồn",
        "wrote sentences that did not stand against the sources",
    ),
    "reason_exhausted": ("đã dùng hết hạn mức trong ngày", "has used up the day's limit"),
    "answered_by_model": (
        "Diễn đạt bởi mô hình {model}, đã đối chiếu từng câu với nguồn",
        "Worded by the model {model}, each sentence checked against the sources",
    ),
    "answered_extractive": ("Trích thẳng từ nguồn, không dùng mô hình", "Extracted from the sources, no model"),
    "model_was_asked": ("mô hình có được hỏi", "a model was asked"),
    "usage": (
        "{input} token vào, {output} token ra, {seconds} giây",
        "{input} tokens in, {output} out, {seconds} s",
    ),
    "usage_estimated": ("ước tính", "estimated"),
    "leaves_machine": (
        "Câu hỏi và các đoạn trích được gửi tới {host} (mô hình {model}).",
        "Questions and the passages found are sent to {host} (model {model}).",
    ),
    "stays_local": (
        "Mô hình {model} chạy trên máy này; câu hỏi không rời khỏi máy.",
        "The model {model} runs on this machine; questions do not leave it.",
    ),
    "no_model": (
        "Không dùng mô hình ngôn ngữ để viết; câu hỏi không rời khỏi máy.",
        "No language model writes; questions do not leave this machine.",
    ),
    "partly": (
        "Phần chưa có căn cứ để trả lời: {missing}.",
        "Not answered, for want of a source: {missing}.",
    ),
}


def phrase(name: str, language: Language, /, **facts: object) -> str:
    """The named sentence in the language, with its facts filled in."""
    return _PHRASES[name][0 if language == "vi" else 1].format(**facts)


def phrase_names() -> frozenset[str]:
    return frozenset(_PHRASES)
