"""The evaluation page in a real browser, and the report it leads to: upload to report, two languages,
bad rows, stop and go on, comparison, phones, attacks."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from conftest import upload_file

from assistant.answering import Assistant
from assistant.build import Workspace, build_assistant
from assistant.config import Settings
from assistant.evaluation.run_folder import list_runs, runs_folder
from ui.app import make_server

playwright_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason=f"{CHROMIUM} is not installed"),
]
WAIT_MS = 90_000
ATTACK = '<img src=x onerror="window.attacked=1"><script>window.attacked=1</script>'
ROWS: list[dict[str, Any]] = [
    {"id": "status", "câu hỏi": "Nghị định 85/2016/NĐ-CP còn hiệu lực không?", "trả lời được": "có",
     "ý bắt buộc": "01/07/2026", "nhãn": "validity;pair:d85"},
    {"id": "status-en", "câu hỏi": "Is Decree 85/2016 still in force?", "trả lời được": "có",
     "ý bắt buộc": "2026", "nhãn": "validity;english;pair:d85"},
    {"id": "attack", "câu hỏi": f"{ATTACK} Nghị định 331 là gì?", "đáp án": ATTACK, "nhãn": ATTACK},
    {"id": "cup", "câu hỏi": "Ai vô địch World Cup 2022?", "trả lời được": "không"},
]


@pytest.fixture(scope="module")
def settings(small_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The small index, or the one that ASSISTANT_TEST_DATA names; runs go to a folder of their own."""
    named = os.environ.get("ASSISTANT_TEST_DATA")
    held = Path(named) if named else small_workspace.settings.data_folder
    folder = tmp_path_factory.mktemp("evaluation-data")
    for path in held.iterdir():
        if path.name not in ("evaluations", "writer.lock"):
            (folder / path.name).symlink_to(path)
    return Settings(data_folder=folder)


@contextmanager
def serving(assistant: Assistant, settings: Settings) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(make_server(assistant, settings), "127.0.0.1", port, log_level="warning")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    with serving(build_assistant(settings), settings) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages; at the end none may have asked another host, nor met an error."""
    met: list[str] = []
    contexts = []

    def make(url: str, *, locale: str = "vi-VN", width: int = 1280, dark: bool = False) -> Any:
        context = browser.new_context(
            locale=locale, viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light", accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: met.append(request.url)
                if not request.url.startswith(("http://127.0.0.1", "data:", "blob:", "file:")) else None)
        page.on("pageerror", lambda error: met.append(str(error)))
        page.goto(url)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not met


def keep_picture(page: Any, name: str) -> None:
    if folder := os.environ.get("SCREENSHOT_FOLDER"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.fixture
def set_file(tmp_path: Path) -> Path:
    path = tmp_path / "questions.json"
    path.write_text(json.dumps(ROWS, ensure_ascii=False), encoding="utf-8")
    return path


def run_set(page: Any, file: Path) -> None:
    page.wait_for_selector("#test-set", timeout=WAIT_MS)
    upload_file(page, "#test-set input[type=file]", file, ".checked b")
    page.click("#run")
    # What stands there at first is the run before.
    page.wait_for_selector("#stop", state="visible", timeout=WAIT_MS)
    page.wait_for_selector(".progress.finished", timeout=WAIT_MS)


def test_a_set_is_uploaded_run_and_reported(
    address: str, open_page: Callable[..., Any], set_file: Path, settings: Settings
) -> None:
    page = open_page(f"{address}/evaluate?lang=vi")
    run_set(page, set_file)
    assert "4 câu hỏi dùng được" in page.inner_text("#checked")
    told = page.inner_text("#progress")
    assert "Xong 4 câu" in told and "Đúng hoàn toàn" in told and "từ chối đúng" in told
    assert "questions" in page.inner_text("#history")
    keep_picture(page, "evaluate")
    (_, stamp), *_rest = list_runs(runs_folder(settings))
    assert stamp.finished_at and stamp.sample_count == 4
    link = page.locator("#progress a", has_text="Mở báo cáo").get_attribute("href")
    check_report(open_page, f"{address}{link}")
    with page.expect_download() as waiting:
        page.locator("#progress a", has_text="XLSX").click()
    assert waiting.value.suggested_filename.endswith("results.xlsx")


def check_report(open_page: Callable[..., Any], url: str) -> None:
    """The report: nothing of an attack runs, languages switch, samples filter, sort and open."""
    page = open_page(url)
    assert page.locator("h1").inner_text() == "questions"
    assert page.locator(".sample").count() == 4
    assert page.locator("#list img, #list script").count() == 0
    page.click("#open-all")
    page.wait_for_timeout(200)
    assert page.evaluate("window.attacked") is None
    assert ATTACK in page.locator("[id^=s-]:has-text('attack') .asked").first.inner_text()
    assert "Đoạn tìm được" in page.inner_text("main") or "ĐOẠN TÌM ĐƯỢC" in page.inner_text("main")
    keep_picture(page, "report")
    page.click("#language")
    assert "Retrieved chunks" in page.text_content("#list .en:visible") or page.is_visible(
        "#samples h2 .en"
    )
    page.fill("#search", "world cup")
    assert page.locator(".sample:visible").count() == 1
    page.fill("#search", "")
    page.select_option("#by-lang", "en")
    assert page.locator(".sample:visible").count() == 1
    page.select_option("#by-lang", "")
    page.select_option("#by-sort", "order")
    assert page.locator(".sample .id").first.inner_text() == "status"
    page.locator("label:has(input[value=decision])").click()
    assert page.locator(".panel:visible").get_attribute("data-metric") == "decision"


def test_bad_rows_are_listed_and_run_only_by_a_click(
    address: str, open_page: Callable[..., Any], set_file: Path
) -> None:
    rows = [*ROWS, {"id": "bad", "câu hỏi": "Hỏi?", "điều khoản": f"law-0/art-1 {ATTACK}"}]
    set_file.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    page = open_page(f"{address}/evaluate", locale="en-GB")
    upload_file(page, "#test-set input[type=file]", set_file, ".checked table")
    assert "1 bad rows" in page.inner_text("#checked") and "5" in page.inner_text("#checked td")
    assert page.evaluate("window.attacked") is None
    page.click("#run")
    page.wait_for_selector(".progress.failed", timeout=WAIT_MS)
    assert "--skip-bad-rows" in page.inner_text("#progress")
    page.check("#skip input")
    page.click("#run")
    page.wait_for_selector("#stop", state="visible", timeout=WAIT_MS)
    page.wait_for_selector(".progress.finished", timeout=WAIT_MS)
    keep_picture(page, "evaluate-bad-rows")


def test_a_run_is_stopped_seen_by_others_and_gone_on_with(
    address: str, open_page: Callable[..., Any], set_file: Path, settings: Settings
) -> None:
    many = [row | {"id": f"{row['id']}-{n}"} for n in range(12) for row in ROWS[:2]]
    set_file.write_text(json.dumps(many, ensure_ascii=False), encoding="utf-8")
    page = open_page(f"{address}/evaluate?lang=en")
    upload_file(page, "#test-set input[type=file]", set_file, ".checked b")
    page.click("#run")
    page.wait_for_selector(".progress.running .figures", timeout=WAIT_MS)
    assert "left" in page.inner_text("#progress")
    # Another visitor sees the same run, and one at a time is all there is.
    other = open_page(f"{address}/evaluate?lang=vi")
    other.wait_for_selector(".progress.running", timeout=WAIT_MS)
    assert other.is_visible("#stop") and not other.is_visible("#run")
    page.click("#stop")
    page.wait_for_selector(".progress.stopped", timeout=WAIT_MS)
    (folder, stamp), *_rest = list_runs(runs_folder(settings))
    assert stamp.finished_at is None and 1 <= len(folder.done_ids()) < 24
    page.reload()
    page.wait_for_selector("#history td:has-text('unfinished')", timeout=WAIT_MS)
    choose(page, "#chosen", stamp.run_id)
    page.click("#resume")
    page.wait_for_selector(".progress.finished", timeout=WAIT_MS)
    assert len(list(folder.records())) == 24 and folder.stamp().finished_at


def choose(page: Any, name: str, run_id: str) -> None:
    page.click(f"{name} input")
    page.locator(f"[role=option]:has-text('{run_id}')").first.click()


def test_two_runs_are_compared(
    address: str, open_page: Callable[..., Any], set_file: Path, settings: Settings
) -> None:
    page = open_page(f"{address}/evaluate?lang=en")
    run_set(page, set_file)
    page.click("#run")
    page.wait_for_selector("#stop", state="visible", timeout=WAIT_MS)
    page.wait_for_selector(".progress.finished", timeout=WAIT_MS)
    ids = [s.run_id for _, s in list_runs(runs_folder(settings)) if s.sample_count == 4][:2]
    page.reload()
    page.wait_for_selector("#history td", timeout=WAIT_MS)
    choose(page, "#chosen", ids[0])
    choose(page, "#baseline", ids[1])
    page.click("#compare")
    page.wait_for_selector("#comparison table", timeout=WAIT_MS)
    assert "4 samples shared" in page.inner_text("#comparison")
    assert "None flipped" in page.inner_text("#comparison")


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_shows_all_of_it(
    address: str, open_page: Callable[..., Any], set_file: Path, dark: bool
) -> None:
    page = open_page(f"{address}/evaluate", width=360, dark=dark)
    run_set(page, set_file)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    keep_picture(page, "evaluate-phone-dark" if dark else "evaluate-phone")
    report = open_page(
        address + page.locator("#progress a").first.get_attribute("href"), width=360, dark=dark
    )
    report.click("#open-all")
    assert report.evaluate("document.documentElement.scrollWidth") <= 360
    keep_picture(report, "report-phone-dark" if dark else "report-phone")


def test_files_are_looked_up_and_never_joined(address: str, open_page: Callable[..., Any]) -> None:
    page = open_page(f"{address}/evaluate")
    for path in ("..%2f..%2fregistry.sqlite", "x/report.html", "template.exe", "%2e%2e/run.json"):
        assert page.request.get(f"{address}/evaluate/files/{path}").status == 404
    template = page.request.get(f"{address}/evaluate/files/template.xlsx")
    assert template.status == 200 and template.body()[:2] == b"PK"
