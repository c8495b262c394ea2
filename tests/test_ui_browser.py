"""The page in a real browser, over a real index: asking, sources, conversations, languages, phones,
keyboards, attacks.

`ASSISTANT_TEST_DATA` may name a data folder that is already indexed, else the small corpus is.
`SCREENSHOT_FOLDER` keeps what was seen.
"""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
import uvicorn
from docx import Document as WordDocument
from ui_samples import ATTACK, HostileAssistant

from assistant.answering import Assistant
from assistant.build import build_assistant
from assistant.config import Settings
from assistant.feedback import FeedbackLog
from ui.app import make_server

playwright_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason=f"{CHROMIUM} is not installed"),
]

QUESTION = "Nghị định 85/2016/NĐ-CP còn hiệu lực không?"
UNACCENTED = "nghi dinh 85/2016/nd-cp con hieu luc khong"
COMPARISON = "So sánh Nghị định 85/2016/NĐ-CP và Nghị định 331/2026/NĐ-CP"
LAST = ".turn:last-child"
WAIT_MS = 60_000
NewPage = Callable[..., Any]


@contextmanager
def serving(assistant: Assistant, data_folder: Path) -> Iterator[str]:
    """The address of a server over the assistant, stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(port=port, data_folder=data_folder, questions_a_minute=1000)
    app = make_server(assistant, settings)
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server writes feedback: never into the index that tests share."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest, data_folder: Path) -> Iterator[str]:
    """A server over a real index."""
    named = os.environ.get("ASSISTANT_TEST_DATA")
    if named:
        settings = Settings(data_folder=Path(named))
    else:
        settings = request.getfixturevalue("small_workspace").settings
    with serving(build_assistant(settings), data_folder) as served:
        yield served


@pytest.fixture(scope="module")
def hostile_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    assistant = cast(Assistant, HostileAssistant())
    with serving(assistant, tmp_path_factory.mktemp("hostile")) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[NewPage]:
    """Opens pages; at the end none may have asked another host, nor met an error."""
    foreign: list[str] = []
    errors: list[str] = []
    contexts = []

    def make(address: str, *, locale: str = "vi-VN", width: int = 1400, dark: bool = False) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, locale=locale,
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: foreign.append(request.url)
                if not request.url.startswith((address, "data:", "blob:")) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text)
                if message.type == "error" else None)
        open_page(page, address)
        return page

    yield make
    for context in contexts:
        context.close()
    assert foreign == [] and errors == []


def open_page(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("html[data-ready]", state="attached", timeout=WAIT_MS)


def ask(page: Any, question: str, state: str = "answered") -> None:
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.wait_for_selector(f"{LAST} .side[data-state={state}]", timeout=WAIT_MS)
    assert page.inner_text(f"{LAST} .asked") == question


def keep_picture(page: Any, name: str) -> None:
    folder = os.environ.get("SCREENSHOT_FOLDER")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_sources_are_shown_before_words_and_the_answer_is_whole(
    address: str, new_page: NewPage
) -> None:
    page = new_page(address)
    keep_picture(page, "start")
    page.evaluate("""() => { window.seen = []; new MutationObserver(() => {
        const side = document.querySelector('.side');
        if (side) window.seen.push([side.dataset.state, side.querySelectorAll('.source').length,
                                    side.querySelector('.answer').textContent.length]); })
        .observe(document.body, {subtree: true, childList: true, attributes: true}); }""")
    ask(page, QUESTION)
    seen = page.evaluate("window.seen")
    assert any(state == "working" and sources and not words for state, sources, words in seen)
    assert "Không" in page.inner_text(f"{LAST} .answer")
    assert page.input_value("#question") == ""
    assert page.locator(".badge.ended").first.is_visible()
    assert not page.locator("#welcome").is_visible()
    keep_picture(page, "answer")


def test_a_marker_opens_the_quoted_words_within_their_article(
    address: str, new_page: NewPage
) -> None:
    page = new_page(address)
    ask(page, QUESTION)
    page.locator(f"{LAST} a.mark").first.click()
    page.wait_for_selector("#panel .passage", timeout=WAIT_MS)
    text = page.inner_text("#panel")
    assert page.locator("#panel mark").count() and "NĐ-CP" in text and "Chính phủ" in text
    assert page.locator("#panel .badge").first.is_visible()
    for link in page.eval_on_selector_all("#panel a[target=_blank]", "all => all.map(a => a.href)"):
        assert link.startswith(("https://", "http://"))
    keep_picture(page, "panel")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#panel [data-copy]").first.click()
    assert "Nghị định" in page.evaluate("navigator.clipboard.readText()")
    page.click("#panel .whole")
    page.wait_for_selector(".reading .law-text mark", timeout=WAIT_MS)
    assert page.locator(".contents a").count() > 3 and "/document/decree-" in page.url
    keep_picture(page, "document")


def test_sources_are_read_by_keyboard_alone(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{LAST} .side[data-state=answered]", timeout=WAIT_MS)
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('a.mark')"):
            break
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert re.match(r"Nguồn \d+: \w+", name)
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel .passage", timeout=WAIT_MS)
    assert page.evaluate("document.activeElement.closest('#panel') !== null")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('a.mark')"), "focus goes back"
    assert page.locator("#panel .passage").count() == 0


def test_accents_are_restored_and_may_be_left_off(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    ask(page, UNACCENTED)
    understood = page.inner_text(f"{LAST} .understood")
    assert understood.startswith("Đã hiểu là:") and "nghị định" in understood.lower()
    page.click(f"{LAST} [data-act=as-typed]")
    page.wait_for_selector(f"{LAST} .side[data-state=answered]", timeout=WAIT_MS)
    assert page.locator(".turn").count() == 1
    assert page.locator(f"{LAST} .understood p").count() == 0


def test_a_follow_up_says_how_it_was_understood(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    ask(page, QUESTION)
    ask(page, "and in English?")
    assert "câu hỏi nối tiếp" in page.inner_text(f"{LAST} .understood")
    assert page.get_attribute(f"{LAST} .answer", "lang") == "en"
    assert page.locator(".turn").count() == 2


def test_the_last_question_is_edited_asked_again_and_cleared(
    address: str, new_page: NewPage
) -> None:
    page = new_page(address)
    ask(page, "Một câu viết nhầm?")
    page.click(f"{LAST} [data-act=edit]")
    assert page.input_value("#question") == "Một câu viết nhầm?"
    ask(page, QUESTION)
    assert page.locator(".turn").count() == 1
    page.click(f"{LAST} [data-act=retry]")
    page.wait_for_selector(f"{LAST} .side[data-state=answered]", timeout=WAIT_MS)
    assert page.locator(".turn").count() == 1
    page.click("#clear")
    page.click("#confirm-dialog [value=ok]")
    page.wait_for_selector("#welcome", state="visible")
    assert page.locator(".turn").count() == 0


def test_next_questions_are_offered_and_asked_by_a_click(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    ask(page, QUESTION)
    offered = page.locator(f"{LAST} .next-questions .example").first
    offered.wait_for(timeout=WAIT_MS)
    text = offered.inner_text()
    offered.click()
    page.wait_for_selector(".turn:nth-child(2) .side[data-state=answered]", timeout=WAIT_MS)
    assert page.inner_text(f"{LAST} .asked") == text


def test_conversations_are_kept_named_and_deleted_in_this_browser_alone(
    address: str, new_page: NewPage
) -> None:
    page, stranger = new_page(address), new_page(address)
    ask(page, QUESTION)
    page.click("#new-conversation")
    ask(page, UNACCENTED)
    assert page.locator("#conversation-list .open").count() == 2
    assert stranger.locator("#conversation-list .open").count() == 0
    open_page(page, address)
    page.wait_for_selector(f"{LAST} .side[data-state=answered]", timeout=WAIT_MS)
    assert page.inner_text(f"{LAST} .asked") == UNACCENTED
    page.click("#conversation-list li:nth-child(2) .open")
    page.wait_for_selector(f".asked:has-text('{QUESTION}')", timeout=WAIT_MS)
    page.wait_for_selector(f"{LAST} .answer:has-text('Không')", timeout=WAIT_MS)
    page.click("#conversation-list li.is-current button[aria-label^='Đổi tên']")
    page.fill("#name", "Hồ sơ Nghị định 85")
    page.press("#name", "Enter")
    page.wait_for_selector(".open:has-text('Hồ sơ Nghị định 85')")
    page.click("#conversation-list li.is-current button[aria-label^='Xóa']")
    page.click("#confirm-dialog [value=ok]")
    page.wait_for_selector("#welcome", state="visible")
    assert page.locator("#conversation-list .open").count() == 1


def test_a_conversation_is_exported_with_its_sources(
    address: str, new_page: NewPage, tmp_path: Path
) -> None:
    page = new_page(address)
    ask(page, QUESTION)
    for kind in ("md", "docx"):
        page.click("#export summary")
        with page.expect_download() as download:
            page.click(f"[data-export={kind}]")
        assert download.value.suggested_filename.endswith(f".{kind}")
        download.value.save_as(tmp_path / f"held.{kind}")
    text = (tmp_path / "held.md").read_text(encoding="utf-8")
    word = WordDocument(str(tmp_path / "held.docx"))
    for held in (text, "\n".join(paragraph.text for paragraph in word.paragraphs)):
        assert QUESTION in held and "[1]" in held and "hết hiệu lực từ" in held


def test_feedback_is_given_with_a_reason(address: str, new_page: NewPage, data_folder: Path) -> None:
    page = new_page(address)
    ask(page, QUESTION)
    page.click(f"{LAST} [data-act=down]")
    page.check("#reason-dialog [value=incomplete]")
    page.fill("#comment", "Thiếu điều khoản chuyển tiếp")
    page.click("#reason-dialog [value=ok]")
    page.wait_for_selector(f"{LAST} [data-act=down][aria-pressed=true]", timeout=WAIT_MS)
    *_, told = FeedbackLog(data_folder / "feedback.jsonl").read()
    assert (told.question, told.reason, told.is_helpful) == (QUESTION, "incomplete", False)
    assert told.comment == "Thiếu điều khoản chuyển tiếp" and told.corpus_version


def test_the_whole_page_changes_language(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    assert page.inner_text("#ask") == "Hỏi"
    ask(page, QUESTION)
    page.click("#other-language")
    page.wait_for_selector("html[lang=en][data-ready]", state="attached", timeout=WAIT_MS)
    page.wait_for_selector(f"{LAST} .badge:has-text('no longer in force')", timeout=WAIT_MS)
    assert page.inner_text("#ask") == "Ask"
    assert "not legal advice" in page.inner_text(".page-footer")
    assert page.get_attribute(f"{LAST} .answer", "lang") == "vi", "the answer keeps its language"
    open_page(page, address)
    assert page.inner_text("#ask") == "Ask", "remembered in the browser"
    keep_picture(page, "english")


def test_the_browser_language_decides_first(address: str, new_page: NewPage) -> None:
    assert new_page(address, locale="en-GB").inner_text("#ask") == "Ask"


def test_the_answer_follows_the_day_and_the_filters(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    page.fill("#as-of", "2024-06-01")
    ask(page, QUESTION)
    assert "01/06/2024" in page.inner_text(f"{LAST} .sources")
    assert page.locator(f"{LAST} .badge.in_force").count()
    page.fill("#as-of", "2026-11-22")
    page.click("#filters summary")
    page.select_option("#document", "decree-331-2026")
    page.keyboard.press("Escape")
    assert page.locator("#filters-on").is_visible()
    ask(page, "Phạm vi điều chỉnh?")
    labels = page.eval_on_selector_all(f"{LAST} .source", "all => all.map(a => a.pathname)")
    assert labels and "/document/decree-331-2026" in labels[0]


def test_two_days_stand_side_by_side(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    page.fill("#question", QUESTION)
    page.click("#compare")
    page.fill("#first-date", "2024-06-01")
    page.fill("#second-date", "2026-11-22")
    page.click("#compare-dialog [value=ok]")
    for side in (1, 2):
        page.wait_for_selector(f"{LAST} .side:nth-child({side})[data-state=answered]", timeout=WAIT_MS)
    assert page.locator(f"{LAST} .side-title").all_inner_texts() == ["01/06/2024", "22/11/2026"]
    assert "còn hiệu lực" in page.inner_text(f"{LAST} .side:nth-child(1) .sources")
    assert "hết hiệu lực" in page.inner_text(f"{LAST} .side:nth-child(2) .sources")
    keep_picture(page, "compare")


def test_abstaining_says_so_and_shows_no_source(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    ask(page, "Giá vàng hôm nay bao nhiêu?")
    assert "ngoài phạm vi" in page.inner_text(f"{LAST} .answer")
    assert page.locator(f"{LAST} .source").count() == 0


def test_what_cannot_be_asked_is_told_and_given_back(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    page.click("#ask")
    assert page.locator(".turn").count() == 0
    ask(page, "???", state="failed")
    assert "chưa nhập câu hỏi" in page.inner_text(f"{LAST} .problem")
    playwright_api.expect(page.locator("#question")).to_have_value("???")


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_shows_all_of_it(address: str, new_page: NewPage, dark: bool) -> None:
    page = new_page(address, width=360, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    ask(page, COMPARISON)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    keep_picture(page, "phone-dark" if dark else "phone")
    page.locator(f"{LAST} a.mark").first.click()
    page.wait_for_selector("#panel .passage", timeout=WAIT_MS)
    assert page.locator("#panel").bounding_box()["width"] == 360
    assert page.get_attribute("#panel", "aria-modal") == "true"
    page.click("#close-panel")
    page.click("#show-conversations")
    playwright_api.expect(page.locator("#new-conversation")).to_be_in_viewport()


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(address: str, new_page: NewPage, dark: bool) -> None:
    page = new_page(address, dark=dark)
    found = serious(page)
    ask(page, QUESTION)
    page.locator(f"{LAST} a.mark").first.click()
    page.wait_for_selector("#panel .passage", timeout=WAIT_MS)
    found += serious(page)
    ask(page, COMPARISON)
    found += serious(page)
    page.click("#compare")
    found += serious(page)
    for path in ("/documents", "/document/decree-331-2026?at=art-12", "/login"):
        page.goto(address + path)
        found += serious(page)
    assert found == []


def serious(page: Any) -> list[str]:
    """What axe-core finds that is serious or critical, by WCAG 2.2 AA. It is injected past the
    policy, which rightly lets no inline script in."""
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    results = Axe().run(page, options={"runOnly": tags, "resultTypes": ["violations"]})
    return [
        f"{page.url} {violation['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for violation in results.response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def test_steps_are_announced_politely(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    page.evaluate("""() => { window.said = []; const status = document.getElementById('status');
        new MutationObserver(() => window.said.push(status.textContent))
        .observe(status, {childList: true}); }""")
    ask(page, QUESTION)
    said = page.evaluate("window.said")
    assert page.get_attribute("#status", "aria-live") == "polite"
    assert "Đang tìm" in said[0] and any("nguồn" in text for text in said) and "Không" in said[-1]


@pytest.mark.parametrize("path", ["/corpus", "/evaluate"])
def test_pages_that_gradio_lays_out_have_the_same_header(
    address: str, new_page: NewPage, path: str
) -> None:
    page = new_page(address)
    page.click(f".pages a[href^='{path}']")
    page.wait_for_selector(f".top .pages a[href^='{path}'][aria-current]", timeout=WAIT_MS)
    page.wait_for_selector("gradio-app h1", timeout=WAIT_MS)
    page.click("#theme")
    assert page.evaluate("document.body.classList.contains('dark')")
    keep_picture(page, path.strip("/"))


def test_an_attack_in_the_question_stays_text(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    attack = " ".join(ATTACK.split())
    ask(page, f"{attack} {QUESTION}")
    page.wait_for_timeout(300)
    assert page.evaluate("window.attacked") is None
    assert page.locator("#thread img, #thread script, #thread svg[onload]").count() == 0
    open_page(page, address)
    page.wait_for_selector(f"{LAST} .side[data-state=answered]", timeout=WAIT_MS)
    assert page.evaluate("window.attacked") is None, "neither when it comes back from the browser"


def test_attacks_in_documents_and_models_stay_text(hostile_address: str, new_page: NewPage) -> None:
    page = new_page(hostile_address)
    ask(page, "Hỏi gì?")
    page.locator(f"{LAST} a.mark").first.click()
    page.wait_for_selector("#panel .passage", timeout=WAIT_MS)
    page.wait_for_timeout(300)
    assert page.evaluate("window.attacked") is None
    assert page.locator("#columns img, #thread svg[onload], #panel a[target]").count() == 0
    assert "<script>window.attacked=1</script>" in page.inner_text("#panel")
    for path in ("/documents", "/document/law-1"):
        page.goto(hostile_address + path)
        assert page.evaluate("window.attacked") is None and page.locator("main img").count() == 0


def test_stopping_leaves_what_has_arrived(hostile_address: str, new_page: NewPage) -> None:
    page = new_page(hostile_address)
    ask(page, "slow", state="working")
    page.wait_for_selector(f"{LAST} .provisional", timeout=WAIT_MS)
    assert "chưa kiểm chứng" in page.inner_text(f"{LAST} .answer")
    page.click("#stop")
    page.wait_for_selector(f"{LAST} .side[data-state=stopped]", timeout=WAIT_MS)
    assert page.locator(f"{LAST} .source").count() == 1
    assert page.locator("#ask").is_visible() and not page.locator("#stop").is_visible()
    ask(page, "Hỏi gì?")


def test_a_program_asks_by_name(address: str) -> None:
    from gradio_client import Client  # type: ignore[import-untyped]

    client = Client(address, verbose=False, analytics_enabled=False)
    result = client.predict(
        QUESTION, as_of="2026-08-20", answer_language="vi", document="decree-85-2016",
        api_name="/ask",
    )
    assert "Không" in result["text"] and result["citations"]
    with pytest.raises(Exception, match="is no date"):
        client.predict(QUESTION, as_of="never", api_name="/ask")
