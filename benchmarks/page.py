"""How fast the page is, in a real browser: first paint, time until it can be used, and per question
the time to the first sources, to the first words and to the whole answer.

    python benchmarks/page.py                       # serves the configured corpus itself
    python benchmarks/page.py --address http://127.0.0.1:7860 --rounds 5

Times are milliseconds, medians over the rounds; each round is a browser context without a cache.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

QUESTIONS = (
    "Hợp tác quốc tế về an ninh mạng dựa trên nguyên tắc nào?",
    "ai chu tri hop tac quoc te ve an ninh mang",
    "Is the Law on Network Information Security 2015 still in force?",
    "So sánh hợp tác quốc tế trong luật 2018 và luật 2025",
)
WATCH = """() => { window.times = {}; const began = performance.now();
    const note = (name) => window.times[name] ??= performance.now() - began;
    new MutationObserver(() => { const side = document.querySelector('.side'); if (!side) return;
        if (side.querySelector('.source')) note('sources');
        if (side.querySelector('.answer > *')) note('words');
        if (side.dataset.state === 'answered') note('whole'); })
    .observe(document.body, {subtree: true, childList: true, attributes: true}); }"""


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server over the configured corpus."""
    import uvicorn

    from assistant.build import build_assistant
    from assistant.config import load_settings
    from ui.app import make_server

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = load_settings(port=port, questions_a_minute=10_000)
    app = make_server(build_assistant(settings, is_serving=True), settings)
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="warning"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True


def measure(browser: Any, address: str, question: str) -> dict[str, float]:
    """The times of one fresh visit with one question, in milliseconds, and kilobytes loaded."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN")
    page, loaded = context.new_page(), list[int]()
    page.on("response", lambda response: loaded.append(int(response.headers.get("content-length", 0))))
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_selector("html[data-ready]", state="attached")
    usable = (time.perf_counter() - began) * 1000
    paint = page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
    )
    kilobytes = sum(loaded) / 1000
    page.evaluate(WATCH)
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.wait_for_selector(".side[data-state=answered]", timeout=60_000)
    times = page.evaluate("window.times")
    context.close()
    return {"first paint": paint, "usable": usable, "kB": kilobytes, **times}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--address", help="a page that is served already")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    chosen = parser.parse_args()
    if chosen.address:
        report(chosen.address, chosen.rounds, chosen.chromium)
        return
    with serving() as address:
        report(address, chosen.rounds, chosen.chromium)


def report(address: str, rounds: int, chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        measure(browser, address, QUESTIONS[0])  # the model and the browser are warm from here on
        for question in QUESTIONS:
            found = [measure(browser, address, question) for _ in range(rounds)]
            shown = (f"{name} {statistics.median(one[name] for one in found):.0f}" for name in found[0])
            print(f"{question}\n    {'  '.join(shown)}")
        browser.close()


if __name__ == "__main__":
    main()
