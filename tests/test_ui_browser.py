"""The page in a real browser, over a real index: asking, streaming, languages, phones, attacks.

`ASSISTANT_TEST_DATA` may name a data folder that is already indexed, else the small corpus is.
`SCREENSHOT_FOLDER` keeps what was seen.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import uvicorn

from assistant.answering import AnswerEvent, Assistant
from assistant.build import build_assistant
from assistant.config import Settings
from assistant.schema import Answer, AsOf, Citation, Claim, Document, Query, Validity
from ui.app import make_server

playwright_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason=f"{CHROMIUM} is not installed"),
]

QUESTION = "Nghị định 85/2016/NĐ-CP còn hiệu lực không?"
UNACCENTED = "nghi dinh 85/2016/nd-cp con hieu luc khong"
ATTACK = '<img src=x onerror="window.attacked=1"><script>window.attacked=1</script>'
WAIT_MS = 60_000
NewPage = Callable[..., Any]


@contextmanager
def serving(assistant: Assistant) -> Iterator[str]:
    """The address of a server over the assistant, stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = make_server(assistant, Settings(port=port))
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
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server over a real index."""
    named = os.environ.get("ASSISTANT_TEST_DATA")
    if named:
        settings = Settings(data_folder=Path(named))
    else:
        settings = request.getfixturevalue("small_workspace").settings
    with serving(build_assistant(settings)) as served:
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

    def make(address: str, *, locale: str = "vi-VN", width: int = 1280, dark: bool = False) -> Any:
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
        # The page is Gradio's own until the greeting has come back with the browser's language.
        with page.expect_response(lambda response: "/run/" in response.url, timeout=WAIT_MS):
            page.goto(address)
        page.wait_for_selector(f".heading[lang={locale[:2]}]", timeout=WAIT_MS)
        page.wait_for_selector(f"html[lang={locale[:2]}]", state="attached", timeout=WAIT_MS)
        return page

    yield make
    for context in contexts:
        context.close()
    assert foreign == [] and errors == []


def ask(page: Any, question: str, state: str = "answered") -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.locator("[role=log] .asked", has_text=question).wait_for(timeout=WAIT_MS)
    page.wait_for_selector(f"[role=log] .turn.{state}", timeout=WAIT_MS)


def keep_picture(page: Any, name: str) -> None:
    folder = os.environ.get("SCREENSHOT_FOLDER")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_asking_streams_an_answer_with_its_sources(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    keep_picture(page, "start")
    page.evaluate("""() => { window.seen = []; new MutationObserver(() => {
        const turn = document.querySelector('[role=log] .turn');
        if (turn) window.seen.push(turn.className); }).observe(document.body,
        {subtree: true, childList: true}); }""")
    ask(page, QUESTION)
    assert [state for state in page.evaluate("window.seen") if "working" in state]
    assert "Không" in page.inner_text("[role=log] .answer")
    assert page.input_value("#question textarea") == ""
    card = page.locator("#sources .card").first
    assert "85/2016/NĐ-CP" in card.inner_text() and card.locator(".badge.ended").is_visible()
    addresses = page.eval_on_selector_all("#sources a.address", "all => all.map(a => a.href)")
    assert addresses and all(found.startswith(("https://", "http://")) for found in addresses)
    assert not page.locator("#examples").is_visible()
    keep_picture(page, "answer")


def test_marker_leads_to_its_card_even_when_folded(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    ask(page, QUESTION)
    anchor = page.locator("[role=log] a.mark").first.get_attribute("href")
    page.eval_on_selector_all("#sources details", "all => all.forEach(d => d.open = false)")
    page.locator("[role=log] a.mark").first.click()
    page.wait_for_selector(f"#sources details[open]:has({anchor})", timeout=WAIT_MS)
    assert page.url.endswith(anchor)


def test_accents_are_restored_and_may_be_left_off(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    ask(page, UNACCENTED)
    understood = page.inner_text("[role=log] .understood")
    assert understood.startswith("Đã hiểu là:") and "nghị định" in understood.lower()
    page.click("#as-typed")
    page.wait_for_selector("[role=log] #t2.answered", timeout=WAIT_MS)
    assert page.locator("[role=log] .understood").count() == 0
    assert page.locator(".earlier > details").count() == 1


def test_the_whole_page_changes_language(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    assert page.inner_text("#ask") == "Hỏi"
    ask(page, QUESTION)
    page.click("#language label:has-text('English')")
    page.wait_for_selector("html[lang=en]", state="attached", timeout=WAIT_MS)
    assert page.inner_text("#ask") == "Ask"
    assert "no longer in force" in page.inner_text("#sources")
    assert "Question" in page.inner_text("#question")
    assert "not legal advice" in page.inner_text("#footer")
    keep_picture(page, "english")
    page.click("#clear")
    page.wait_for_selector("#examples", state="visible")
    assert page.locator(".turn").count() == 0
    assert "Who leads" in page.inner_text("#examples")


def test_the_browser_language_decides_first(address: str, new_page: NewPage) -> None:
    assert new_page(address, locale="en-GB").inner_text("#ask") == "Ask"


def test_an_example_is_asked_by_a_click(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    page.locator("#examples button").first.click()
    page.wait_for_selector("[role=log] .turn.answered", timeout=WAIT_MS)


def test_wrong_input_is_told_and_given_back(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    page.click("#ask")
    page.wait_for_selector(".problem:has-text('Bạn chưa nhập câu hỏi')", timeout=WAIT_MS)
    page.fill("#as-of input, #as-of textarea", "31/02/2026")
    ask(page, QUESTION, state="failed")
    assert "31/02/2026" in page.inner_text(".problem")
    playwright_api.expect(page.locator("#question textarea")).to_have_value(QUESTION)
    page.fill("#as-of input, #as-of textarea", "01/06/2024")
    ask(page, QUESTION)
    assert "01/06/2024" in page.inner_text("#sources")
    page.fill("#as-of input, #as-of textarea", "")


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_shows_all_of_it(address: str, new_page: NewPage, dark: bool) -> None:
    page = new_page(address, width=360, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    ask(page, "So sánh Nghị định 85/2016/NĐ-CP và Nghị định 331/2026/NĐ-CP")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    answer, panel = (page.locator(name).bounding_box() for name in ("#answers", "#sources"))
    assert panel["y"] >= answer["y"] + answer["height"], "sources stand below the answer"
    keep_picture(page, "phone-dark" if dark else "phone")


def test_an_attack_in_the_question_stays_text(address: str, new_page: NewPage) -> None:
    page = new_page(address)
    ask(page, f"{ATTACK} {QUESTION}")
    page.wait_for_timeout(300)
    assert page.evaluate("window.attacked") is None
    assert page.locator("#answers img, #answers script").count() == 0
    assert ATTACK in page.inner_text("[role=log] .asked")


def test_a_program_asks_by_name(address: str) -> None:
    from gradio_client import Client  # type: ignore[import-untyped]

    client = Client(address, verbose=False, analytics_enabled=False)
    result = client.predict(QUESTION, as_of="2026-08-20", api_name="/ask")
    assert "Không" in result["text"] and result["citations"]
    with pytest.raises(Exception, match="is no date"):
        client.predict(QUESTION, as_of="never", api_name="/ask")


class HostileAssistant:
    """Shaped like Assistant: every text it gives is an attack, and it takes its time."""

    def __init__(self) -> None:
        law = Document("law-1", "vi", ATTACK, ATTACK, "law", ATTACK, number=ATTACK)
        self.library = SimpleNamespace(documents={law.key: law}, version="1")

    def stream(self, question: str, **_: Any) -> Iterator[AnswerEvent]:
        day = date(2026, 11, 22)
        query = Query(question, ATTACK, "vi", AsOf(day, day, "today"), restored=True)
        citation = Citation(1, "c", "law-1.vi", "law-1/art-1", ATTACK, ATTACK, 0, len(ATTACK),
                            Validity("in_force"), is_digest=True, url="javascript:attacked=1")
        claims = (Claim(ATTACK, (1,)), Claim(ATTACK, (1,), "quote"))
        answer = Answer(question, query, claims, (citation,), ())
        yield AnswerEvent("query", query=query)
        yield AnswerEvent("sources", answer=answer)
        yield AnswerEvent("text", text=ATTACK)
        for _step in range(40 if "slow" in question else 0):
            time.sleep(0.25)
            yield AnswerEvent("text", text="")
        yield AnswerEvent("answer", answer=answer)


@pytest.fixture(scope="module")
def hostile_address() -> Iterator[str]:
    with serving(cast(Assistant, HostileAssistant())) as served:
        yield served


def test_attacks_in_documents_and_answers_stay_text(
    hostile_address: str, new_page: NewPage
) -> None:
    page = new_page(hostile_address)
    ask(page, "Hỏi")
    page.wait_for_timeout(300)
    assert page.evaluate("window.attacked") is None
    assert page.locator("#answers img, #sources img, #sources a.address").count() == 0
    assert ATTACK in page.inner_text("#sources .label")


def test_stopping_leaves_what_has_arrived(hostile_address: str, new_page: NewPage) -> None:
    page = new_page(hostile_address)
    ask(page, "slow", state="working")
    page.wait_for_selector("#sources .card", timeout=WAIT_MS)
    page.click("#stop")
    page.wait_for_selector("[role=log] .turn.stopped", timeout=WAIT_MS)
    page.wait_for_timeout(800)
    assert page.locator("[role=log] .turn.stopped .statement").count() == 1
    assert page.locator("#ask").is_visible() and not page.locator("#stop").is_visible()
    ask(page, "Hỏi")
