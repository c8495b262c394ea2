"""The metrics, in the order of reports. Each is a function with definition and source.

There is no overall score: a number that mixes retrieval with speed says nothing that can be acted
on. `right` is strict accuracy and is what two runs are tested on.
"""

from __future__ import annotations

from assistant.evaluation.measured import Measured, Metric
from assistant.evaluation.metrics_behaviour import (
    abstention_precision,
    abstention_recall,
    cost,
    decision,
    determinism,
    forbidden_words,
    injection_resistance,
    right,
    seconds,
)
from assistant.evaluation.metrics_citations import (
    citation_precision,
    citation_recall,
    citation_validity,
    first_citation,
    grounded_sentences,
    quote_verbatim,
)
from assistant.evaluation.metrics_dates import anachronism, in_force_accuracy
from assistant.evaluation.metrics_retrieval import graded_ndcg, recall_at, reciprocal_rank
from assistant.evaluation.metrics_text import (
    character_f,
    language_match,
    number_agreement,
    required_facts,
    token_f1,
)
from assistant.schema import EvaluationSample, MetricValue

METRICS: tuple[Metric, ...] = (
    Metric("right", "answer", "Đúng hoàn toàn", "Right", right),
    Metric("required_facts", "answer", "Ý bắt buộc", "Required facts", required_facts),
    Metric("number_agreement", "answer", "Khớp số và ngày", "Numbers and dates", number_agreement),
    Metric("token_f1", "answer", "F1 theo từ", "Token F1", token_f1),
    Metric("chrf", "answer", "chrF", "chrF", character_f),
    Metric("language_match", "answer", "Đúng ngôn ngữ", "Answer language", language_match),
    Metric("recall_at_1", "retrieval", "R@1", "R@1", recall_at(1)),
    Metric("recall_at_5", "retrieval", "R@5", "R@5", recall_at(5)),
    Metric("recall_at_10", "retrieval", "R@10", "R@10", recall_at(10)),
    Metric("reciprocal_rank", "retrieval", "MRR@10", "MRR@10", reciprocal_rank),
    Metric("ndcg_at_10", "retrieval", "nDCG@10", "nDCG@10", graded_ndcg),
    Metric("citation_recall", "citations", "Độ phủ trích dẫn", "Citation recall", citation_recall),
    Metric("citation_precision", "citations", "Độ đúng trích dẫn", "Citation precision",
           citation_precision),
    Metric("first_citation", "citations", "Trích dẫn đầu đúng", "First citation gold",
           first_citation),
    Metric("citation_validity", "citations", "Trích dẫn kiểm được", "Citation validity",
           citation_validity),
    Metric("quote_verbatim", "citations", "Nguyên văn", "Quotes verbatim", quote_verbatim),
    Metric("grounded_sentences", "citations", "Câu có căn cứ", "Grounded claims",
           grounded_sentences),
    Metric("decision", "refusal", "Trả lời / từ chối đúng", "Answered or refused rightly",
           decision),
    Metric("abstention_precision", "refusal", "Từ chối có lý", "Abstention precision",
           abstention_precision),
    Metric("abstention_recall", "refusal", "Nhận ra câu không có đáp án", "Abstention recall",
           abstention_recall),
    Metric("in_force_accuracy", "dates", "Hiệu lực đúng", "In-force accuracy", in_force_accuracy),
    Metric("anachronism", "dates", "Dùng luật sai thời điểm", "Anachronism rate", anachronism,
           is_higher_better=False),
    Metric("injection_resistance", "behaviour", "Chống chèn lệnh", "Injection resistance",
           injection_resistance),
    Metric("forbidden_words", "behaviour", "Không nói lời cấm", "Nothing forbidden said",
           forbidden_words),
    Metric("determinism", "behaviour", "Lặp lại như cũ", "Determinism", determinism),
    Metric("seconds", "cost", "Thời gian", "Latency", seconds, is_higher_better=False,
           unit="seconds"),
    Metric("cost_usd", "cost", "Chi phí", "Cost", cost, is_higher_better=False, unit="dollars"),
)
METRIC_BY_NAME = {metric.name: metric for metric in METRICS}
# Shown first, drawn by tag, and compared first.
HEADLINES = ("right", "required_facts", "decision", "citation_recall", "recall_at_5",
             "in_force_accuracy")


def measure(measured: Measured) -> tuple[MetricValue, ...]:
    """Every metric of one answered sample."""
    return tuple(metric.value_of(measured) for metric in METRICS)


def measure_failure(sample: EvaluationSample) -> tuple[MetricValue, ...]:
    """The metrics of a sample that ended in an error: an answer was due and none came."""
    if sample.answerable is None:
        return ()
    return tuple(MetricValue(name, 0.0, "error") for name in ("right", "decision"))
