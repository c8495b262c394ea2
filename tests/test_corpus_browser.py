"""The page of the corpus in a real browser: a DOCX goes in, answers, and is taken back.

`SCREENSHOT_FOLDER` keeps what was seen.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from conftest import upload_file
from lighthouse_laws import make_law, write_docx

from assistant.answering import Assistant
from assistant.build import Workspace, build_assistant
from ui.app import make_server

playwright_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason=f"{CHROMIUM} is not installed"),
]
WAIT_MS = 240_000
ATTACK = '<img src=x onerror="window.attacked=1">'


@pytest.fixture(scope="module")
def served(own_workspace: Workspace) -> Iterator[tuple[str, Workspace, Assistant]]:
    """The address of a server, and the workspace and the assistant under it."""
    workspace = own_workspace
    assistant = build_assistant(workspace.settings)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = make_server(assistant, workspace.settings.model_copy(update={"port": port}))
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}", workspace, assistant
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def page(served: tuple[str, Workspace, Assistant]) -> Iterator[Any]:
    """The corpus page in Vietnamese; at the end it has asked no other host and met no error."""
    address, _, _ = served
    foreign: list[str] = []
    errors: list[str] = []
    with playwright_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN")
        opened = context.new_page()
        opened.set_default_timeout(WAIT_MS)
        opened.on("request", lambda request: foreign.append(request.url)
                  if not request.url.startswith((address, "data:", "blob:")) else None)
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.on("console", lambda message: errors.append(message.text)
                  if message.type == "error" else None)
        opened.goto(f"{address}/corpus/")
        opened.wait_for_selector(".heading[lang=vi]")
        yield opened
        chromium.close()
    assert foreign == [] and errors == []


def keep_picture(page: Any, name: str) -> None:
    folder = os.environ.get("SCREENSHOT_FOLDER")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_upload_preview_edit_confirm_ask_undo(
    served: tuple[str, Workspace, Assistant], page: Any, tmp_path: Path
) -> None:
    _, workspace, assistant = served
    text = make_law("808/2030/QH16", name="Đèn biển", keeper="Cục Hải đăng").replace(
        "Điều 3.", f"{ATTACK}\nĐiều 3."
    )
    path = write_docx(tmp_path / "luat.docx", text)
    upload_file(page, "#files input[type=file]", path, "text=luat.docx")
    page.click("#read")
    page.wait_for_selector(".preview-name")
    assert "luat.docx" in page.inner_text(".preview-name")
    assert page.input_value("#field-number input, #field-number textarea") == "808/2030/QH16"
    assert "Luật số: 808/2030/QH16" in page.inner_text("#field-number")
    keep_picture(page, "corpus-preview")
    assert "law-808-2030.vi" not in workspace.registry.content_hashes()

    page.fill("#field-label input, #field-label textarea", "Luật Đèn biển mới")
    page.click("#confirm")
    page.wait_for_selector(".results")
    assert "Luật Đèn biển mới (law-808-2030.vi): đã thêm" in page.inner_text(".results")
    answer = assistant.ask("Theo Luật Đèn biển mới, ai trông coi phao?", as_of=date(2031, 12, 31))
    assert "Cục Hải đăng trông coi phao" in " ".join(
        c.quote for c in answer.citations if c.document_key == "law-808-2030.vi"
    )

    page.get_by_role("tab", name="Kho", exact=True).click()
    page.fill("#search input, #search textarea", "đèn biển")
    row = page.locator("table.shelf tbody tr", has_text="law-808-2030.vi")
    row.wait_for()
    # No wait_for_function: it evaluates text, which the page's policy forbids.
    playwright_api.expect(page.locator("table.shelf tbody tr")).to_have_count(1, timeout=WAIT_MS)
    assert "đã thêm" in row.inner_text() and "nguyên văn" in row.inner_text()
    keep_picture(page, "corpus-shelf")
    page.click("#undo")
    page.click("#yes")
    page.get_by_text("law-808-2030.vi: đã bỏ").wait_for()
    assert "law-808-2030.vi" not in workspace.registry.content_hashes()
    assert page.evaluate("window.attacked") is None


def test_english_narrow_and_refusals(served: tuple[str, Workspace, Assistant], page: Any) -> None:
    address, _, _ = served
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{address}/corpus/?lang=en")
    page.wait_for_selector(".heading[lang=en]")
    page.wait_for_selector("html[lang=en]", state="attached")
    page.click("#read")
    page.get_by_text("Choose a file or enter an address.").wait_for()
    page.fill("#address input, #address textarea", "http://127.0.0.1:9/law.pdf")
    page.click("#read")
    page.locator(".message.problem", has_text="private").wait_for()
    page.get_by_role("tab", name="Corpus", exact=True).click()
    page.wait_for_selector("table.shelf tbody tr")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    keep_picture(page, "corpus-narrow")
