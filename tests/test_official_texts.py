"""Fetching official texts from a real HTTP server on loopback: good, wrong, cut, slow, looping, gone.

The server's address is private, so it is reached by an argument that only tests give.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from lighthouse_laws import as_html, make_law, write_docx

from assistant.build import Workspace, build_assistant, make_token_counter, shipped_corpus
from assistant.errors import AssistantError, ConfigurationError
from assistant.intake import Intake
from assistant.loading.url import DownloadLimits
from assistant.official_texts import (
    OfficialSource,
    choose_sources,
    fetch_text,
    is_official,
    load_sources,
)
from assistant.schema import Document

GOOD = make_law()
Answerer = Callable[[BaseHTTPRequestHandler], None]
LIMITS = DownloadLimits(
    file_bytes=200_000, total_seconds=6.0, connect_seconds=4.0, read_seconds=2.0, redirects=3
)


def send(data: bytes, media_type: str = "text/html; charset=utf-8", status: int = 200) -> Answerer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", media_type)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def redirect(to: str) -> Answerer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    for _ in range(100):
        try:
            handler.wfile.write(b"a")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.3)


def hang(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(5)


def drop(handler: BaseHTTPRequestHandler) -> None:
    """Announces more than it sends."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(as_html(GOOD).encode()[:500])


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    try:
        for _ in range(50):
            handler.wfile.write(b"<p>x</p>" * 2000)
    except OSError:
        pass


def docx_bytes(folder: Path, text: str) -> bytes:
    return write_docx(folder / "law.docx", text).read_bytes()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answerer]:
    """What the server gives for each path."""
    folder = tmp_path_factory.mktemp("pages")
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return {
        "/good.htm": send(as_html(GOOD).encode()),
        "/good.docx": send(docx_bytes(folder, GOOD), word),
        "/good.txt": send(GOOD.encode(), "text/plain; charset=utf-8"),
        "/named-wrongly.pdf": send(as_html(GOOD).encode(), "application/pdf"),
        "/other-law.htm": send(as_html(make_law("777/2029/QH16", name="Cầu phao")).encode()),
        "/other-body.htm": send(
            as_html(make_law("777/2029/QH16").replace("Luật số: 777/2029/QH16", "")).encode()
        ),
        "/draft.htm": send(as_html(make_law(articles=range(1, 13))).encode()),
        "/half.htm": send(as_html(make_law(articles=range(1, 5))).encode()),
        "/doubled.htm": send(as_html(make_law(articles=[1, 2, 3, 4, 5, 4, 6, 7, 8])).encode()),
        "/home.htm": send(
            as_html("Trang chủ Cổng thông tin điện tử\nTin tức mới nhất hôm nay").encode()
        ),
        "/big.htm": send(b"<html><body>" + b"<p>text</p>" * 40_000),
        "/gone.htm": send(b"not here", status=404),
        "/failing.htm": send(b"sorry", status=503),
        "/empty.htm": send(b""),
        "/program.htm": send(b"MZ" + b"\x90\x00" * 500, "text/html"),
        "/slow.htm": drip,
        "/silent.htm": hang,
        "/dropped.htm": drop,
        "/endless.htm": endless,
        "/moved.htm": redirect("/good.htm"),
        "/circle.htm": redirect("/circle.htm"),
        "/inward.htm": redirect("http://169.254.169.254/latest/meta-data/"),
        "/to-file.htm": redirect("file:///etc/passwd"),
    }


@pytest.fixture(scope="module")
def address(pages: dict[str, Answerer]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802
            pages.get(self.path, send(b"no such page", status=404))(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def workspace(own_workspace: Workspace) -> Workspace:
    """The small corpus with a digest of the invented law."""
    digest = Document(
        id="law-900-2030",
        language="vi",
        title="Luật Đèn biển",
        label="Luật Đèn biển 2030",
        kind="law",
        number="900/2030/QH16",
        body="# Luật Đèn biển\n\n## Thông tin {#about}\n\nLuật về đèn.\n",
        articles_total=9,
        aliases=("Luật hải đăng",),
    )
    own_workspace.indexer().put(digest, original=None, original_name=None, who="test")
    return own_workspace


@pytest.fixture
def intake(workspace: Workspace, tmp_path: Path) -> Intake:
    return Intake(
        workspace.registry,
        workspace.lexical,
        workspace.indexer,
        make_token_counter(workspace.settings),
        tmp_path,
        download_limits=LIMITS,
        allow_private=True,
    )


def source_at(*addresses: str, articles: int = 9) -> OfficialSource:
    return OfficialSource("law-900-2030", "900/2030/QH16", "Luật Đèn biển", addresses, articles)


@pytest.mark.parametrize(
    "path", ["/good.htm", "/good.docx", "/good.txt", "/named-wrongly.pdf", "/moved.htm"]
)
def test_the_text_asked_for_is_taken(intake: Intake, address: str, path: str) -> None:
    preview = fetch_text(intake, source_at(address + path))
    document = preview.document
    assert document.key == "law-900-2030.vi" and document.text_kind == "official"
    assert document.source_url == address + ("/good.htm" if path == "/moved.htm" else path)
    # A server of our own is no publisher of law; what the digest was called is kept.
    assert document.verified == "secondary" and document.aliases == ("Luật hải đăng",)
    assert [p.number for p in preview.provisions if p.level == "article"] == [
        str(n) for n in range(1, 10)
    ]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/other-law.htm", "777/2029/QH16"),
        ("/other-body.htm", "bears the number –"),
        ("/draft.htm", "has 13: another version or a draft"),
        ("/half.htm", "has 5: incomplete"),
        ("/doubled.htm", "more than once: 4"),
        ("/home.htm", "bears the number –"),
        ("/big.htm", "larger than"),
        ("/gone.htm", "404"),
        ("/failing.htm", "503"),
        ("/empty.htm", "nothing"),
        ("/program.htm", "not of a format that is read"),
        ("/slow.htm", "too slowly"),
        ("/silent.htm", "too slowly"),
        ("/dropped.htm", "broke off"),
        ("/endless.htm", "larger than"),
        ("/circle.htm", "redirects more than 3 times"),
        ("/to-file.htm", "Only http and https"),
    ],
)
def test_anything_else_is_refused_and_named(
    workspace: Workspace, intake: Intake, address: str, path: str, words: str
) -> None:
    before = workspace.registry.state("version"), workspace.registry.content_hashes()
    with pytest.raises(AssistantError) as caught:
        fetch_text(intake, source_at(address + path))
    assert words in str(caught.value) and path in str(caught.value)
    assert (workspace.registry.state("version"), workspace.registry.content_hashes()) == before


def test_private_addresses_are_never_called_without_the_tests_argument(
    workspace: Workspace, address: str, tmp_path: Path
) -> None:
    with pytest.raises(AssistantError, match="private"):
        fetch_text(workspace.intake(tmp_path), source_at(address + "/good.htm"))


def test_the_next_address_is_tried(intake: Intake, address: str) -> None:
    source = source_at(address + "/gone.htm", address + "/other-law.htm", address + "/good.htm")
    assert fetch_text(intake, source).address == address + "/good.htm"
    with pytest.raises(AssistantError, match="404.*777/2029/QH16"):
        fetch_text(intake, replace(source, addresses=source.addresses[:2]))


def test_a_file_may_take_the_place_of_an_address(intake: Intake, tmp_path: Path) -> None:
    file = write_docx(tmp_path / "given.docx", GOOD)
    preview = fetch_text(intake, source_at(), file=file)
    assert preview.original == file and preview.address is None
    with pytest.raises(AssistantError, match="no address"):
        fetch_text(intake, source_at())


def test_the_number_of_a_files_name_is_not_enough(intake: Intake, tmp_path: Path) -> None:
    text = GOOD.replace("Luật số: 900/2030/QH16", "")
    file = write_docx(tmp_path / "900-2030-QH16.docx", text)
    with pytest.raises(AssistantError, match="bears the number –"):
        fetch_text(intake, source_at(), file=file)


@pytest.mark.slow
def test_the_official_text_answers_and_the_digest_stays_as_its_summary(
    workspace: Workspace, intake: Intake, address: str
) -> None:
    preview = fetch_text(intake, source_at(address + "/good.htm"))
    assert preview.standing == "official_of_digest"
    receipt = intake.commit(preview, who="test")
    assert receipt.kind in ("added", "new_version", "replaced")
    answer = build_assistant(workspace.settings).ask("Điều 2 Luật Đèn biển 2030 nói gì?")
    cited = [c for c in answer.citations if c.document_key == "law-900-2030.vi"]
    assert cited and not cited[0].is_digest and "trông coi luồng" in cited[0].quote
    assert workspace.registry.summaries()["law-900-2030.vi"].text_kind == "digest"
    again = fetch_text(intake, source_at(address + "/good.htm"))
    assert again.standing == "same" and intake.commit(again, who="test").kind == "unchanged"
    workspace.indexer().undo(who="test")


def test_the_shipped_list_can_be_read_and_chosen_from() -> None:
    listed = load_sources(shipped_corpus() / "sources.toml")
    assert listed["law-116-2025"].articles == 45 and len(listed["law-116-2025"].addresses) == 3
    assert [s.id for s in choose_sources(listed, ["law-24-2018"])] == ["law-24-2018"]
    assert all(source.addresses for source in choose_sources(listed, []))
    with pytest.raises(ConfigurationError, match="law-0-0000"):
        choose_sources(listed, ["law-0-0000"])


def test_a_bad_list_is_told(tmp_path: Path) -> None:
    for words in ("[[source]]\nid = 'x'\n", "[[source]\n", "source = 3\n"):
        path = tmp_path / "sources.toml"
        path.write_text(words, encoding="utf-8")
        with pytest.raises(ConfigurationError, match="expected_articles"):
            load_sources(path)


def test_official_hosts_are_told_by_their_whole_names() -> None:
    assert is_official("https://congbao.chinhphu.vn/x") and is_official("https://rm.coe.int/1")
    assert not is_official("https://chinhphu.vn.example.org/x")
    assert not is_official("https://notun.org/x")
