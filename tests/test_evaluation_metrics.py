"""Metrics: equal to ir-measures and sacrebleu where those exist, and None where they do not apply."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import ir_measures
import pytest
import sacrebleu

from assistant.answering import Assistant
from assistant.build import Workspace, build_assistant
from assistant.evaluation.measured import Measured
from assistant.evaluation.metrics import METRIC_BY_NAME, METRICS, measure
from assistant.evaluation.metrics_retrieval import gain, graded_ndcg, recall_at, reciprocal_rank
from assistant.evaluation.metrics_text import bag_f1, chrf, states
from assistant.schema import Answer, Chunk, Citation, Claim, EvaluationSample, Notice, RetrievedChunk
from assistant.text import fold

TODAY = date(2026, 11, 22)
VALIDITY = "Nghị định 85/2016/NĐ-CP còn hiệu lực không?"


@pytest.fixture(scope="module")
def assistant(small_workspace: Workspace) -> Assistant:
    return build_assistant(small_workspace.settings)


def measured(assistant: Assistant, answer: Answer, **known: Any) -> Measured:
    sample = EvaluationSample("s", answer.question, **known)
    return Measured(sample, answer, assistant.library, TODAY, 0.1)


def value(name: str, seen: Measured) -> float | None:
    return METRIC_BY_NAME[name].value_of(seen).value


def found(provisions: list[str]) -> tuple[RetrievedChunk, ...]:
    """A ranking of chunks that hold one provision each."""
    return tuple(
        RetrievedChunk(
            Chunk(f"c{place}", provision.split("/")[0], "vi", place, 0, 1, "x", "", provision,
                  (provision,)), place, 1.0 / place,
        )
        for place, provision in enumerate(provisions, start=1)
    )


def test_ranking_metrics_agree_with_ir_measures(assistant: Assistant) -> None:
    chooser = random.Random(7)
    asked = assistant.ask(VALIDITY, today=TODAY)
    pool = [f"law-{n}/art-1" for n in range(40)]
    judged, run, ours = [], [], {}
    for number in range(60):
        gold, ranking = chooser.sample(pool, chooser.randint(1, 6)), chooser.sample(pool, 12)
        judged += [ir_measures.Qrel(str(number), held, 1) for held in gold]
        run += [
            ir_measures.ScoredDoc(str(number), held, -float(n)) for n, held in enumerate(ranking)
        ]
        seen = measured(
            assistant, replace(asked, retrieved=found(ranking)), gold_provisions=tuple(gold)
        )
        rules: dict[str, Callable[[Measured], Any]] = {
            "R@1": recall_at(1), "R@5": recall_at(5), "R@10": recall_at(10),
            "RR@10": reciprocal_rank, "nDCG@10": graded_ndcg,
        }
        ours.update({(str(number), name): rule(seen)[0] for name, rule in rules.items()})
    measures = [ir_measures.parse_measure(name) for name in ("R@1", "R@5", "R@10", "RR@10", "nDCG@10")]
    compared = 0
    for theirs in ir_measures.iter_calc(measures, judged, run):
        mine = ours[theirs.query_id, str(theirs.measure)]
        assert mine == pytest.approx(theirs.value, abs=1e-9), theirs
        compared += theirs.value > 0
    assert compared > 100


def test_chrf_agrees_with_sacrebleu() -> None:
    chooser = random.Random(11)
    letters = string.ascii_letters + "ăâđêôơưếệ  .,;0123456789"
    for _ in range(200):
        given = "".join(chooser.choices(letters, k=chooser.randint(1, 120)))
        reference = given[: chooser.randint(1, 120)] + "".join(chooser.choices(letters, k=20))
        theirs = sacrebleu.sentence_chrf(given, [reference]).score
        assert 100 * chrf(given, reference) == pytest.approx(theirs, abs=1e-6)


def test_partial_gain_is_below_the_provision_itself(assistant: Assistant) -> None:
    def chunk(*provisions: str) -> Chunk:
        return Chunk("c", "law-1", "vi", 0, 0, 1, "x", "", provisions[0], provisions)

    gold = "law-1/art-6/cl-3/pt-a"
    assert gain(chunk("law-1/art-6", "law-1/art-6/cl-3", gold), gold) == 1.0
    assert gain(chunk("law-1/art-6", "law-1/art-6/cl-3", "law-1/art-6/cl-3/pt-b"), gold) == 0.7
    assert gain(chunk("law-1/art-6", "law-1/art-6/cl-1"), gold) == 0.4
    assert gain(chunk("law-1/art-7"), gold) == 0.1
    assert gain(chunk("law-1/art-6", "law-1/art-6/cl-3", gold), "law-1/art-6") == 1.0
    assert gain(Chunk("c", "law-2", "vi", 0, 0, 1, "x", "", "", ("law-2/art-6",)), gold) == 0.0
    asked = assistant.ask(VALIDITY, today=TODAY)
    near = replace(asked, retrieved=found(["law-1/art-9", "law-1/art-6"]))
    seen = measured(assistant, near, gold_provisions=(gold,))
    assert 0 < (value("ndcg_at_10", seen) or 0) < 0.4
    assert value("recall_at_10", seen) == 0.0


def test_what_does_not_apply_is_none_and_never_zero(assistant: Assistant) -> None:
    seen = measured(assistant, assistant.ask(VALIDITY, today=TODAY))
    values = {held.name: held.value for held in measure(seen)}
    given = {"quote_verbatim", "grounded_sentences", "citation_validity", "language_match",
             "in_force_accuracy", "anachronism", "seconds"}
    assert {name for name, held in values.items() if held is not None} == given
    assert set(values) == {metric.name for metric in METRICS}
    assert all(len(metric.definition) > 60 for metric in METRICS)


def test_facts_are_found_in_any_spelling_but_not_inside_other_words() -> None:
    text = fold("The decree was amended on 01/07/2026, in 15 articles, 1.500 members.")
    assert states(text, "1 July 2026|01/07/2026")
    assert states(text, "15 article")
    assert not states(text, "ended") and not states(text, "5 articles")
    assert not states(text, "1/07/2026") and not states(text, "1.5")
    assert states(fold("Không, HẾT  hiệu lực"), "hết hiệu lực")


def test_token_f1_is_that_of_squad() -> None:
    assert bag_f1("Bộ Công an chủ trì", "bộ công an") == pytest.approx(0.75)
    assert bag_f1("khác hẳn", "bộ công an") == 0.0


def test_decisions_of_all_four_kinds(assistant: Assistant) -> None:
    answered = assistant.ask(VALIDITY, today=TODAY)
    refused = assistant.ask("Ai vô địch World Cup 2022?", today=TODAY)
    assert refused.abstained and not answered.abstained
    cases = [(answered, True, 1.0, None, None), (answered, False, 0.0, None, 0.0),
             (refused, True, 0.0, 0.0, None), (refused, False, 1.0, 1.0, 1.0)]
    for answer, answerable, right, precision, recall in cases:
        seen = measured(assistant, answer, answerable=answerable)
        assert value("decision", seen) == right
        assert value("abstention_precision", seen) == precision
        assert value("abstention_recall", seen) == recall


def test_a_refusal_misses_the_facts_and_the_gold_that_were_due(assistant: Assistant) -> None:
    refused = assistant.ask("Ai vô địch World Cup 2022?", today=TODAY)
    seen = measured(assistant, refused, answerable=True, required_facts=("Argentina",),
                    gold_provisions=("decree-331-2026/art-1",))
    assert value("required_facts", seen) == value("citation_recall", seen) == 0.0
    assert value("citation_precision", seen) is None


def changed_citation(answer: Answer, **fields: Any) -> Answer:
    first: Citation = answer.citations[0]
    return replace(answer, citations=(replace(first, **fields), *answer.citations[1:]))


def test_a_forged_quotation_is_seen_without_the_pipelines_verification(assistant: Assistant) -> None:
    answer = assistant.ask(VALIDITY, today=TODAY)
    whole = measured(assistant, answer)
    assert value("citation_validity", whole) == value("quote_verbatim", whole) == 1.0
    claims = tuple(
        replace(claim, text="Điều này không có trong luật.") if claim.kind == "quote" else claim
        for claim in answer.claims
    )
    assert value("quote_verbatim", measured(assistant, replace(answer, claims=claims))) == 0.0
    forged = measured(assistant, changed_citation(answer, quote="khác"))
    assert (value("citation_validity", forged) or 0) < 1.0
    lost = measured(assistant, changed_citation(answer, provision_id="decree-85-2016/art-999"))
    assert (value("citation_validity", lost) or 0) < 1.0


def test_a_number_that_no_source_states_is_not_grounded(assistant: Assistant) -> None:
    answer = assistant.ask(VALIDITY, today=TODAY)
    assert value("grounded_sentences", measured(assistant, answer)) == 1.0
    number = answer.citations[0].number
    invented = Claim("Phạt 987.654 đồng theo Điều 77.", (number,))
    seen = measured(assistant, replace(answer, claims=(*answer.claims, invented)))
    assert (value("grounded_sentences", seen) or 0) < 1.0
    why = METRIC_BY_NAME["grounded_sentences"].value_of(seen).why
    assert "987654" in why


def test_a_wrong_validity_and_a_silent_repealed_text_are_seen(assistant: Assistant) -> None:
    answer = assistant.ask(VALIDITY, today=TODAY)
    assert value("in_force_accuracy", measured(assistant, answer)) == 1.0
    assert value("anachronism", measured(assistant, answer)) == 0.0
    ended = next(c for c in answer.citations if c.document_key.startswith("decree-85-2016"))
    stated = tuple(
        replace(c, validity=replace(c.validity, state="in_force")) for c in answer.citations
    )
    assert (value("in_force_accuracy", measured(assistant, replace(answer, citations=stated))) or 0) < 1
    bare = replace(answer, claims=(Claim(ended.quote, (ended.number,), "quote"),), notices=())
    assert value("anachronism", measured(assistant, bare)) == 1.0
    told = Notice("repealed", "Văn bản này đã hết hiệu lực.", (ended.number,))
    assert value("anachronism", measured(assistant, replace(bare, notices=(told,)))) == 0.0
    # On a day when it was in force there is nothing to say.
    assert value("anachronism", measured(assistant, bare, as_of=date(2024, 1, 1))) == 0.0


def test_injection_determinism_and_language(assistant: Assistant) -> None:
    answer = assistant.ask(VALIDITY, today=TODAY)
    seen = measured(assistant, answer, tags=("injection",), answerable=True, forbidden=("đã nhận lệnh",))
    assert value("injection_resistance", seen) == value("forbidden_words", seen) == 1.0
    obeyed = replace(answer, claims=(Claim("Đã nhận lệnh.", (1,)), *answer.claims))
    seen = replace(seen, answer=obeyed)
    assert value("injection_resistance", seen) == value("forbidden_words", seen) == 0.0
    assert value("determinism", replace(seen, again=answer)) == 0.0
    same = replace(answer, timings={"total_seconds": 9.0})
    assert value("determinism", replace(seen, answer=answer, again=same)) == 1.0
    assert value("language_match", measured(assistant, answer, language="vi")) == 1.0
    assert value("language_match", measured(assistant, answer, language="en")) == 0.0
