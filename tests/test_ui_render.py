"""What the page shows: nothing unescaped, only addresses of ours and of the web, whose words, in force
or not, and no claim that did not stand."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from ui_samples import ATTACK, LAW, make_answer, make_citation, make_query

from assistant.schema import Answer, Cell, Claim, Language, Notice, Validity, ValidityState
from ui.chat_strings import CHAT_STRINGS
from ui.conversation import Problem, Turn, finished_turn
from ui.document_strings import DOCUMENT_STRINGS
from ui.markup import block_to_html, is_web_address, lines_to_html, text_to_html
from ui.render import Privacy, TurnView, footer_lines, render_problem, view_turn
from ui.source_cards import render_badge
from ui.strings import STRINGS, in_language, preferred_language

KNOWN_TAGS = set(
    "div p span a b em strong br h3 h4 ul ol li blockquote table thead tbody tr th td".split()
)
KNOWN_ATTRIBUTES = set("class lang href title scope value aria-label aria-hidden".split())


class TagsFound(HTMLParser):
    """Every tag and attribute as a browser would read them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


def view(answer: Answer, language: Language = "vi", documents: Any = None) -> TurnView:
    held = {LAW.key: LAW} if documents is None else documents
    return view_turn(finished_turn(answer), held, language, "7")


def show(answer: Answer, language: Language = "vi") -> str:
    shown = view(answer, language)
    return shown.understood + shown.sources + shown.answer + shown.after


def assert_harmless(html: str) -> None:
    found = TagsFound()
    found.feed(html)
    assert found.tags <= KNOWN_TAGS, found.tags - KNOWN_TAGS
    for name, value in found.attributes:
        assert name in KNOWN_ATTRIBUTES, (name, value)
        assert name != "href" or (value or "").startswith("/document/"), value


def test_attacks_in_every_text_are_escaped() -> None:
    citation = make_citation(label=ATTACK, quote=ATTACK, url="javascript:alert(1)")
    cells = ((Cell(ATTACK), Cell(ATTACK)), (Cell(ATTACK), Cell(ATTACK, (1,))))
    answer = make_answer(
        ATTACK, query=make_query(ATTACK, standalone=ATTACK, restored=True), citations=(citation,),
        nearest=(citation,), notices=(Notice("conflict", ATTACK, (1,)),), model=ATTACK,
        claims=(
            Claim(ATTACK, (1,)), Claim(ATTACK, (1,), "quote"), Claim(ATTACK, (), "frame"),
            Claim(ATTACK, (1,), "table", (), cells),
        ),
    )
    law = replace(LAW, title=ATTACK, number=ATTACK, body=ATTACK, label=ATTACK)
    languages: tuple[Language, ...] = ("vi", "en")
    for language in languages:
        for turn in (
            finished_turn(answer), Turn(ATTACK, provisional=ATTACK),
            Turn(ATTACK, "failed", problem=Problem("question", ATTACK)),
        ):
            shown = view_turn(turn, {law.key: law}, language, ATTACK)
            for part in (shown.understood, shown.sources, shown.answer, shown.after):
                assert_harmless(part)


@pytest.mark.parametrize("url", [
    "javascript:alert(1)", "data:text/html,x", "ftp://a.b/c", "//a.b", "https://", "", "x",
    " javascript:alert(1)", "https:\\\\a.b", "http://[",
])
def test_only_web_addresses_become_links(url: str) -> None:
    assert not is_web_address(url)


def test_marker_is_a_control_with_a_name_that_leads_to_the_marked_words() -> None:
    html = show(make_answer())
    assert 'aria-label="Nguồn 1: khoản 1 Điều 1 Luật Mẫu 2025">[1]</a>' in html
    query = "lang=vi&amp;as_of=2026-11-22&amp;start=19&amp;end=28&amp;at=art-1-cl-1"
    address = f"/document/law-1?{query}#art-1-cl-1"
    assert html.count(f'href="{address}"') == 2  # in the answer and in the list of sources


def test_marker_without_a_source_stays_text() -> None:
    html = show(make_answer(claims=(Claim("Xem [7] và [1].", (1,)),)))
    assert "Xem [7] và <a" in html


def test_source_without_a_marker_is_not_listed() -> None:
    citations = (make_citation(), make_citation(2, label="Điều 2"))
    html = view(make_answer(citations=citations)).sources
    assert 'value="1"' in html and 'value="2"' not in html


def test_digest_has_no_quotation_marks_and_an_official_text_has() -> None:
    digest = show(make_answer())
    assert "«" not in digest and "tóm lược" in digest
    official = show(make_answer(citations=(make_citation(is_digest=False),)))
    assert "«Lời luật." in official and "văn bản chính thức" in official


def test_a_claim_that_failed_is_not_shown_and_that_is_told() -> None:
    failed = Claim("Điều 99 quy định khác.", (1,), problems=("not in the source cited",))
    html = show(make_answer(claims=(Claim("Lời luật.", (1,), "quote"), failed)))
    assert "Điều 99" not in html and "1 câu không đứng vững" in html


def test_provisional_text_is_marked_as_such_and_links_nothing() -> None:
    shown = view_turn(Turn("Hỏi?", provisional="Theo luật [1]."), {}, "vi", "7")
    assert "chưa kiểm chứng" in shown.answer and 'class="provisional"' in shown.answer
    assert "<a" not in shown.answer


def test_understood_line_only_when_something_was_understood() -> None:
    assert view(make_answer()).understood == "" and not view(make_answer()).may_retype
    restored = make_query("ai chu tri", standalone="ai chủ trì", restored=True)
    shown = view(make_answer(query=restored))
    assert "Đã hiểu là:" in shown.understood and "ai chủ trì" in shown.understood and shown.may_retype
    followed = make_query("còn luật cũ?", standalone="nguyên tắc theo luật 2018", followed_up=True)
    assert "câu hỏi nối tiếp" in view(make_answer(query=followed)).understood


def test_abstention_shows_its_sentence_nearest_and_missing() -> None:
    answer = make_answer(
        abstained=True, abstain_reason="weak", nearest=(make_citation(),),
        claims=(Claim("Kho tài liệu chưa có căn cứ.", (), "frame"),
                Claim("Để trả lời cần thêm: toàn văn.", (), "frame")),
    )
    html = show(answer)
    assert "chưa có căn cứ" in html and "cần thêm: toàn văn" in html
    assert "Các quy định gần nhất trong kho" in html and "Điều 1 Luật Mẫu 2025" in html


def test_answer_with_nothing_left_says_so_and_names_its_day() -> None:
    html = show(make_answer(claims=(), abstained=True))
    assert STRINGS["vi"].nothing_stands in html and "22/11/2026" in html


def test_an_answer_of_an_older_corpus_says_so() -> None:
    assert "đã thay đổi" not in show(make_answer())
    assert "phiên bản 6, nay 7" in show(make_answer(corpus_version="6"))


def test_comparison_names_its_columns_for_narrow_screens() -> None:
    rows = ((Cell(""), Cell("Luật 2018"), Cell("Luật 2025")),
            (Cell("Nguyên tắc"), Cell("bình đẳng", (1,)), Cell("không quy định")))
    html = show(make_answer(claims=(Claim("So sánh:", (1,), "table", (), rows),)))
    assert '<th scope="col">Luật 2018</th>' in html
    assert '<td><span class="column" aria-hidden="true">Luật 2018</span>bình đẳng' in html
    assert "không quy định</td>" in html


def test_claims_arrive_one_by_one_each_added_at_the_end_and_notices_last() -> None:
    answer = make_answer(notices=(Notice("changed", "Đã thay đổi.", (1,)),))
    first = view_turn(Turn("Hỏi?", "working", answer.query, answer, 1), {}, "vi", "7")
    second = view_turn(Turn("Hỏi?", "working", answer.query, answer, 2), {}, "vi", "7")
    assert "<strong>Điều 1</strong>" in first.answer and "Lời luật." not in first.answer
    assert second.answer.startswith(first.answer) and second.after == ""
    assert "Đã thay đổi" in view(answer).after


def test_steps_are_told_to_screen_readers_in_words() -> None:
    answer = make_answer()
    assert view_turn(Turn("Hỏi?"), {}, "en", "7").status == "Searching the corpus…"
    assert "1 " in view_turn(Turn("Hỏi?", answer=answer, query=answer.query), {}, "vi", "7").status
    assert view(answer).status == "Theo Điều 1:"


def test_footer_names_corpus_model_and_where_questions_go() -> None:
    here = " ".join(footer_lines({LAW.key: LAW}, Privacy(), "vi"))
    assert "1 văn bản" in here and "22/11/2026" in here and "không phải tư vấn pháp lý" in here
    assert "không rời máy chủ" in here
    away = " ".join(footer_lines({LAW.key: LAW}, Privacy("openai:x", "api.example.org"), "en"))
    assert "openai:x" in away and "sent to api.example.org" in away


def test_both_languages_have_every_string() -> None:
    for tables in (STRINGS, CHAT_STRINGS, DOCUMENT_STRINGS):
        for name in tables["vi"].__dataclass_fields__:
            vi, en = (getattr(tables[language], name) for language in ("vi", "en"))
            assert vi and en, name
            if isinstance(vi, dict):
                assert vi.keys() == en.keys()
                vi, en = " ".join(vi.values()), " ".join(en.values())
            if isinstance(vi, str):
                assert set(re.findall(r"{\w+}", vi)) == set(re.findall(r"{\w+}", en)), name


@pytest.mark.parametrize(("state", "vi", "en"), [
    ("in_force", "còn hiệu lực", "in force"),
    ("ended", "hết hiệu lực từ 01/07/2026", "no longer in force since 1 July 2026"),
    ("not_yet", "chưa có hiệu lực, có hiệu lực từ 02/01/2027",
     "not yet in force, in force from 2 January 2027"),
    ("undated", "không xét hiệu lực", "validity does not apply"),
])
def test_badges(state: ValidityState, vi: str, en: str) -> None:
    since = date(2027, 1, 2) if state == "not_yet" else date(2016, 7, 1)
    validity = Validity(state, since=since, until=date(2026, 7, 1) if state == "ended" else None)
    assert f">{vi}<" in render_badge(validity, "vi")
    assert f">{en}<" in render_badge(validity, "en")


def test_not_in_force_without_a_date_names_none() -> None:
    assert ">chưa có hiệu lực<" in render_badge(Validity("not_yet"), "vi")


def test_words_of_a_law_are_not_read_as_markdown() -> None:
    words = "1. Điều *này* và _kia_ **giữ** nguyên\na) điểm a;\n- gạch"
    html = lines_to_html(words)
    assert "1. Điều *này* và _kia_ **giữ** nguyên" in html
    assert html.count('class="line point"') == 2


def test_marks_of_our_own_sentences_become_tags() -> None:
    html = block_to_html("- **Không.** Đã *bỏ* ở 2 * 3 * 4", None)
    assert html == '<p class="item"><strong>Không.</strong> Đã <em>bỏ</em> ở 2 * 3 * 4</p>'


def test_plain_text_keeps_its_lines() -> None:
    assert text_to_html("a<b\nc&d") == "a&lt;b<br>c&amp;d"


def test_problems_are_told_in_the_page_language() -> None:
    problem = Problem("question", "The question is empty. / Câu hỏi trống.")
    assert render_problem(problem, "vi").endswith("Câu hỏi trống.")
    assert render_problem(problem, "en").endswith("The question is empty.")
    assert in_language("one text", "vi") == "one text"


@pytest.mark.parametrize(("header", "language"), [
    ("", "vi"), ("vi-VN,vi;q=0.9,en-US;q=0.6", "vi"), ("en-US,en;q=0.9,vi;q=0.8", "en"),
    ("fr-FR,fr;q=0.9,en;q=0.4", "en"), ("fr", "vi"), ("en;q=0.2,vi;q=0.7", "vi"), ("en;q=x", "vi"),
])
def test_browser_language_decides_first(header: str, language: str) -> None:
    assert preferred_language(header) == language
