"""What the page shows: nothing unescaped, only web addresses, whose words, in force or not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from assistant.schema import (
    Answer,
    AsOf,
    Cell,
    Citation,
    Claim,
    Document,
    Language,
    Notice,
    Query,
    Validity,
    ValidityState,
)
from ui.conversation import Conversation, Problem, Turn
from ui.markup import address_to_html, block_to_html, is_web_address, lines_to_html, text_to_html
from ui.render import (
    render_conversation,
    render_footer,
    render_header,
    render_problem,
    render_sources,
)
from ui.source_cards import render_badge
from ui.strings import STRINGS, in_language, preferred_language

TODAY = date(2026, 11, 22)
ATTACK = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\n\n# h\n[a](javascript:alert(1))\"'&"
)
KNOWN_TAGS = set(
    "div p span a b em strong br h1 h2 h3 h4 ul li blockquote article details summary table thead"
    " tbody tr th td".split()
)
KNOWN_ATTRIBUTES = set("class id lang href title target rel scope role tabindex open".split())
LAW = Document(
    id="law-1", language="vi", title="Luật Mẫu", label="Luật Mẫu 2025", kind="law",
    body="Lời luật.",
    number="1/2025/QH15", adopted=date(2025, 12, 10), effective_from=date(2026, 7, 1), as_of=TODAY,
    source_url="https://example.org/1", verified="official",
)


class TagsFound(HTMLParser):
    """Every tag and attribute as a browser would read them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


def make_citation(number: int = 1, **changes: object) -> Citation:
    citation = Citation(
        number=number, chunk_id="law-1.vi#1", document_key="law-1.vi", provision_id="law-1/art-1",
        label="Điều 1 Luật Mẫu 2025", quote="Lời luật.", start=0, end=9,
        validity=Validity("in_force", since=date(2026, 7, 1)), is_digest=True,
        url="https://example.org/1",
    )
    return replace(citation, **changes)  # type: ignore[arg-type]


def make_query(text: str = "Hỏi gì?", **changes: object) -> Query:
    query = Query(text=text, standalone=text, language="vi", as_of=AsOf(TODAY, TODAY, "today"))
    return replace(query, **changes)  # type: ignore[arg-type]


def make_answer(**changes: object) -> Answer:
    answer = Answer(
        question="Hỏi gì?", query=make_query(), citations=(make_citation(),), retrieved=(),
        claims=(Claim("Theo **Điều 1**:", (1,)), Claim("Lời luật.", (1,), "quote")),
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


def make_conversation(answer: Answer, question: str = "Hỏi gì?") -> Conversation:
    turn = Turn(1, question, "answered", answer.query, answer, len(answer.claims))
    return Conversation((turn,))


def show(answer: Answer, language: Language = "vi") -> str:
    """The conversation and the sources panel, as shown."""
    conversation, documents = make_conversation(answer), {LAW.key: LAW}
    return render_conversation(conversation, documents, language) + render_sources(
        conversation, documents, language
    )


def assert_harmless(html: str) -> None:
    found = TagsFound()
    found.feed(html)
    assert found.tags <= KNOWN_TAGS, found.tags - KNOWN_TAGS
    for name, value in found.attributes:
        assert name in KNOWN_ATTRIBUTES, (name, value)
        assert name != "href" or (value or "").startswith(("#", "http://", "https://")), value
    assert "\n" not in html, "a line end would let the rest be read as Markdown"


def test_attacks_in_every_text_are_escaped() -> None:
    citation = make_citation(label=ATTACK, quote=ATTACK, url="javascript:alert(1)")
    answer = make_answer(
        question=ATTACK, query=make_query(ATTACK, standalone=ATTACK, restored=True),
        citations=(citation,), nearest=(citation,),
        claims=(
            Claim(ATTACK, (1,)), Claim(ATTACK, (1,), "quote"), Claim(ATTACK, (), "frame"),
            Claim(ATTACK, (1,), "table", (), ((Cell(ATTACK), Cell(ATTACK)),
                                              (Cell(ATTACK), Cell(ATTACK, (1,))))),
        ),
        notices=(Notice("conflict", ATTACK, (1,)),),
    )
    law = replace(LAW, title=ATTACK, number=ATTACK, body=ATTACK)
    languages: tuple[Language, ...] = ("vi", "en")
    for language in languages:
        first = make_conversation(answer, ATTACK)
        failed = Turn(2, ATTACK, "failed", problem=Problem("question", ATTACK))
        both = Conversation((*first.turns, failed))
        for conversation in (first, both):
            assert_harmless(render_conversation(conversation, {law.key: law}, language))
            assert_harmless(render_sources(conversation, {law.key: law}, language))
        assert_harmless(render_footer({law.key: law}, ATTACK, language))
        assert_harmless(render_header(language))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\x85", "\x0b", "\x0c"])
def test_no_line_end_of_any_kind_survives(end: str) -> None:
    words = f"một{end}{end}# hai"
    html = show(make_answer(claims=(Claim(words, (1,), "quote"), Claim(words, (1,)))))
    assert len(html.splitlines()) == 1
    assert "<h1" not in html


@pytest.mark.parametrize("url", [
    "javascript:alert(1)", "data:text/html,x", "ftp://example.org", "//example.org", "", "https://",
    " java\nscript:alert(1)", "http://[",
])
def test_only_web_addresses_become_links(url: str) -> None:
    assert not is_web_address(url)
    assert address_to_html(url, "Mở") == ""


def test_quotes_in_an_address_cannot_leave_the_attribute() -> None:
    html = address_to_html('https://example.org/"onclick="x', "Mở")
    assert 'onclick="x' not in html and "&quot;" in html


def test_marker_is_a_link_to_its_card() -> None:
    html = show(make_answer())
    assert '<a class="mark" href="#t1-s1"' in html
    assert 'id="t1-s1"' in html


def test_marker_without_a_source_stays_text() -> None:
    html = show(make_answer(claims=(Claim("Xem [7] và [1].", (1,)),)))
    assert "Xem [7] và <a" in html and "#t1-s7" not in html


def test_source_without_a_marker_has_no_card() -> None:
    citations = (make_citation(), make_citation(2, label="Điều 2"))
    html = show(make_answer(citations=citations))
    assert "t1-s1" in html and "t1-s2" not in html


def test_digest_has_no_quotation_marks_and_an_official_text_has() -> None:
    digest = show(make_answer())
    assert "«" not in digest and "tóm lược" in digest
    official = show(make_answer(citations=(make_citation(is_digest=False),)))
    assert len(re.findall("«Lời luật.", official)) == 2  # in the answer and on the card
    assert "văn bản chính thức" in official


def test_card_names_text_number_dates_and_address() -> None:
    html = show(make_answer())
    for shown in ("Luật Mẫu", "1/2025/QH15", "10/12/2025", "01/07/2026", "22/11/2026",
                  'href="https://example.org/1"', "đã đối chiếu với văn bản chính thức"):
        assert shown in html
    assert "1 July 2026" in show(make_answer(), "en")


def test_card_of_a_document_no_longer_held_is_still_shown() -> None:
    conversation = make_conversation(make_answer())
    assert "Điều 1 Luật Mẫu 2025" in render_sources(conversation, {}, "vi")


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


def test_understood_line_only_when_something_was_understood() -> None:
    assert "Đã hiểu là" not in show(make_answer())
    restored = make_query("ai chu tri", standalone="ai chủ trì", restored=True)
    html = show(make_answer(query=restored))
    assert "Đã hiểu là:" in html and "ai chủ trì" in html
    followed = make_query("còn luật cũ?", standalone="nguyên tắc theo luật 2018", followed_up=True)
    assert "câu hỏi nối tiếp" in show(make_answer(query=followed))


def test_abstention_shows_its_sentence_nearest_and_missing() -> None:
    answer = make_answer(
        abstained=True, abstain_reason="weak", nearest=(make_citation(),),
        claims=(Claim("Kho tài liệu chưa có căn cứ.", (), "frame"),
                Claim("Để trả lời cần thêm: toàn văn.", (), "frame")),
    )
    html = show(answer)
    assert "chưa có căn cứ" in html and "cần thêm: toàn văn" in html
    assert "Các quy định gần nhất trong kho" in html and "Điều 1 Luật Mẫu 2025" in html


def test_answer_with_nothing_left_says_so() -> None:
    assert STRINGS["vi"].nothing_stands in show(make_answer(claims=(), abstained=True))


def test_comparison_names_its_columns_for_narrow_screens() -> None:
    rows = ((Cell(""), Cell("Luật 2018"), Cell("Luật 2025")),
            (Cell("Nguyên tắc"), Cell("bình đẳng", (1,)), Cell("không quy định")))
    html = show(make_answer(claims=(Claim("So sánh:", (1,), "table", (), rows),)))
    assert '<th scope="col">Luật 2018</th>' in html
    assert '<td><span class="column">Luật 2018</span>bình đẳng' in html
    assert "không quy định</td>" in html


def test_claims_arrive_one_by_one_and_notices_last() -> None:
    answer = make_answer(notices=(Notice("changed", "Đã thay đổi.", (1,)),))
    turn = Turn(1, "Hỏi gì?", "working", answer.query, answer, shown_claims=1)
    html = render_conversation(Conversation((turn,)), {}, "vi")
    assert "<strong>Điều 1</strong>" in html
    assert "Lời luật." not in html and "Đã thay đổi" not in html


def test_earlier_turns_are_folded_with_their_own_anchors() -> None:
    answer = make_answer()
    turns = tuple(Turn(n, f"Câu {n}", "answered", answer.query, answer, 2) for n in (1, 2))
    html = render_conversation(Conversation(turns), {LAW.key: LAW}, "vi")
    assert html.index('id="t2"') < html.index("<summary>Câu 1</summary>")
    ids = re.findall(r'id="([^"]+)"', html + render_sources(Conversation(turns), {}, "vi"))
    assert len(ids) == len(set(ids))


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


def test_both_languages_have_every_string() -> None:
    for name in STRINGS["vi"].__dataclass_fields__:
        vi, en = getattr(STRINGS["vi"], name), getattr(STRINGS["en"], name)
        assert vi and en
        if isinstance(vi, dict):
            assert vi.keys() == en.keys()
            vi, en = " ".join(vi.values()), " ".join(en.values())
        if isinstance(vi, str):
            assert set(re.findall(r"{\w+}", vi)) == set(re.findall(r"{\w+}", en)), name


@pytest.mark.parametrize(("header", "language"), [
    ("", "vi"), ("vi-VN,vi;q=0.9,en-US;q=0.6", "vi"), ("en-US,en;q=0.9,vi;q=0.8", "en"),
    ("fr-FR,fr;q=0.9,en;q=0.4", "en"), ("fr", "vi"), ("en;q=0.2,vi;q=0.7", "vi"), ("en;q=x", "vi"),
])
def test_browser_language_decides_first(header: str, language: str) -> None:
    assert preferred_language(header) == language
