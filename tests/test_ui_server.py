"""What the server answers and refuses: headers, hosts, logins, limits, programs, texts, exports."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import pytest
from docx import Document as WordDocument
from fastapi import FastAPI
from fastapi.testclient import TestClient
from ui_samples import ATTACK, HOSTILE, ScriptedAssistant, make_answer

from assistant.answering import Assistant
from assistant.config import Settings
from assistant.errors import ConfigurationError
from assistant.feedback import FeedbackLog
from assistant.passwords import hash_password
from ui.access import EDITOR_PATHS, is_editor
from ui.app import make_server
from ui.conversation import answer_to_json
from ui.login import MOST_ATTEMPTS, safe_path
from ui.security import is_loopback

READER, EDITOR = "mat khau nguoi doc", "mat khau bien tap"
MakeClient = Callable[..., TestClient]


@pytest.fixture(scope="module")
def hashes() -> dict[str, str]:
    return {
        "reader_password_hash": hash_password(READER), "editor_password_hash": hash_password(EDITOR)
    }


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def client(data_folder: Path) -> Iterator[TestClient]:
    """One server with the default settings, for what leaves no trace in it."""
    made = make_server(
        cast(Assistant, ScriptedAssistant()), Settings(data_folder=data_folder),
        {"/corpus": _mount_editor_page},
    )
    with TestClient(made, base_url="http://127.0.0.1:7860", follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def make_client(tmp_path: Path) -> Iterator[MakeClient]:
    """Clients of servers over a scripted assistant; keywords are settings."""
    opened: list[TestClient] = []

    def make(assistant: Any = None, **settings: Any) -> TestClient:
        made = make_server(
            cast(Assistant, assistant or ScriptedAssistant()),
            Settings(data_folder=tmp_path, **settings),
            {"/corpus": _mount_editor_page},
        )
        client = TestClient(made, base_url="http://127.0.0.1:7860", follow_redirects=False)
        opened.append(client)
        client.__enter__()
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)


def _mount_editor_page(server: FastAPI) -> None:
    @server.get("/corpus")
    def page() -> dict[str, bool]:
        return {"reached": True}


def test_health(client: TestClient) -> None:
    response = client.get("/health")
    assert response.json() == {"status": "ok", "corpus_version": "7", "documents": 1}


def test_every_response_is_guarded(client: TestClient) -> None:
    for path in ("/", "/health", "/no-such-page", "/gradio_api/info", "/document/law-1", "/login"):
        headers = client.get(path).headers
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy and "http" not in policy and "nonce" not in policy


def test_our_pages_have_no_inline_script_or_style(client: TestClient) -> None:
    for path in ("/", "/documents", "/document/law-1", "/login"):
        html = client.get(path).text
        assert "style=" not in html and "<style" not in html and " onclick" not in html
        scripts = re.findall(r"<script([^>]*)>", html)
        assert scripts and all('src="/static/' in s or "application/json" in s for s in scripts)
        assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!example\.org)', html)


def test_gradio_pages_mark_their_scripts_with_a_nonce_of_their_own(client: TestClient) -> None:
    policies = {client.get("/corpus").headers["content-security-policy"] for _ in range(2)}
    assert len(policies) == 2 and all("'nonce-" in policy for policy in policies)


def test_the_language_comes_from_the_address_then_the_browser(client: TestClient) -> None:
    assert '<html lang="vi"' in client.get("/").text
    assert '<html lang="en"' in client.get("/", headers={"accept-language": "en-GB"}).text
    assert '<html lang="en"' in client.get("/?lang=en").text
    chosen = {"accept-language": "vi", "cookie": "lang=en"}
    assert '<html lang="en"' in client.get("/", headers=chosen).text
    assert '<html lang="vi"' in client.get("/?lang=vi", headers=chosen).text
    assert 'href="/corpus?lang=vi"' in client.get("/").text, "pages that are mounted are linked"
    assert "/evaluate" not in client.get("/").text


def test_a_foreign_host_name_is_refused(make_client: MakeClient) -> None:
    client = make_client(host_names="luat.example, other.example")
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/health", headers={"host": "localhost:7860"}).status_code == 200
    assert client.get("/health", headers={"host": "luat.example"}).status_code == 200


def test_uploads_to_the_chat_are_refused(client: TestClient) -> None:
    response = client.post("/gradio_api/upload", files={"files": ("a.exe", b"MZ")})
    assert response.status_code == 403


@pytest.mark.parametrize(("host", "is_local"), [
    ("127.0.0.1", True), ("127.3.2.1", True), ("localhost", True), ("::1", True), ("[::1]", True),
    ("0.0.0.0", False), ("192.168.1.2", False), ("example.org", False), ("", False),
    ("127.0.0.1.example.org", False),
])
def test_addresses_that_others_reach_are_known(host: str, is_local: bool) -> None:
    assert is_loopback(host) is is_local


def test_a_host_that_others_reach_needs_a_password(make_client: MakeClient) -> None:
    with pytest.raises(ConfigurationError, match="assistant password"):
        make_client(host="0.0.0.0")
    with pytest.raises(ConfigurationError, match="assistant password"):
        make_client(reader_password_hash="not a hash")


def test_everyone_on_this_machine_is_an_editor_without_passwords(client: TestClient) -> None:
    assert client.get("/corpus").json() == {"reached": True}


def test_readers_ask_and_editors_edit(make_client: MakeClient, hashes: dict[str, str]) -> None:
    client = make_client(host="0.0.0.0", **hashes)
    page = client.get("/", headers={"accept": "text/html"})
    assert page.status_code == 303 and page.headers["location"] == "/login?next=/"
    assert client.get("/gradio_api/info").status_code == 401
    assert client.get("/static/page.css").status_code == 200
    assert log_in(client, "wrong password").status_code == 401
    assert log_in(client, READER).headers["location"] == "/"
    assert client.get("/").status_code == 200 and client.get("/corpus").status_code == 401
    assert log_in(client, EDITOR).status_code == 303
    assert client.get("/corpus").json() == {"reached": True}
    client.post("/logout")
    assert client.get("/").status_code == 401


def test_a_session_is_guarded_and_ends_with_its_password(
    make_client: MakeClient, hashes: dict[str, str]
) -> None:
    client = make_client(**hashes)
    cookie = log_in(client, READER).headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    session = client.cookies["assistant_session"]
    for forged in (session[:-2] + "xx", "editor", "ImVkaXRvciI.x.y"):
        other = make_client(**hashes)
        other.cookies.set("assistant_session", forged)
        assert other.get("/").status_code == 401
    changed = make_client(**hashes | {"reader_password_hash": hash_password("another password")})
    changed.cookies.set("assistant_session", session)
    assert changed.get("/").status_code == 401
    same = make_client(**hashes)
    same.cookies.set("assistant_session", session)
    assert same.get("/").status_code == 200


def test_passwords_cannot_be_tried_for_ever(make_client: MakeClient, hashes: dict[str, str]) -> None:
    client = make_client(**hashes)
    statuses = [log_in(client, f"guess {n}").status_code for n in range(MOST_ATTEMPTS)]
    assert statuses == [401] * MOST_ATTEMPTS
    assert log_in(client, READER).status_code == 429, "the right one has to wait too"


def log_in(client: TestClient, password: str) -> Any:
    return client.post("/login", data={"password": password, "next": "/"})


@pytest.mark.parametrize(("path", "leads_to"), [
    ("/documents?lang=vi", "/documents?lang=vi"), ("//evil.example", "/"), ("/\\evil.example", "/"),
    ("https://evil.example", "/"), ("javascript:x", "/"), ("/a\r\nb", "/"), ("", "/"),
])
def test_a_login_leads_to_this_server_only(path: str, leads_to: str) -> None:
    assert safe_path(path) == leads_to


def test_a_post_from_another_site_is_refused(client: TestClient) -> None:
    told = {"answer": answer_to_json(make_answer()), "is_helpful": True}
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/feedback", json=told, headers=headers).status_code == 403
    own = {"origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"}
    assert client.post("/feedback", json=told, headers=own).status_code == 204


def test_questions_are_limited_by_number_and_size(make_client: MakeClient) -> None:
    client = make_client(questions_a_minute=2)
    asked = {"data": [{"question": "Hỏi?"}]}
    statuses = [client.post("/gradio_api/call/chat", json=asked).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    huge = client.post("/chat/render", content=b"x", headers={"content-length": "99999999"})
    assert huge.status_code == 413


def test_only_ask_is_offered_to_programs(client: TestClient) -> None:
    endpoints = client.get("/gradio_api/info").json()["named_endpoints"]
    assert list(endpoints) == ["/ask"]
    names = [parameter["parameter_name"] for parameter in endpoints["/ask"]["parameters"]]
    assert names == ["question", "as_of", "answer_language", "document"]
    assert "citations" in endpoints["/ask"]["description"]


def test_kept_answers_are_shown_anew_and_broken_ones_left_out(client: TestClient) -> None:
    kept = answer_to_json(make_answer())
    response = client.post("/chat/render", json={"language": "en", "answers": [kept, {"a": 1}]})
    first, second = response.json()["turns"]
    assert "in force" in first["sources"] and second is None


def test_feedback_is_stored_with_its_answer(client: TestClient, data_folder: Path) -> None:
    told = {"answer": answer_to_json(make_answer("Ai?")), "is_helpful": False, "reason": "wrong"}
    assert client.post("/feedback", json=told).status_code == 204
    *_, held = FeedbackLog(data_folder / "feedback.jsonl").read()
    assert (held.question, held.reason, held.corpus_version) == ("Ai?", "wrong", "7")
    assert client.post("/feedback", json={"answer": {}}).status_code == 422


def test_a_conversation_is_exported_with_its_sources(client: TestClient) -> None:
    values = {"title": "Hồ sơ", "language": "vi", "answers": [answer_to_json(make_answer("Ai?"))]}
    text = client.post("/chat/export/md", json=values).text
    for shown in ("# Hồ sơ", "## Ai?", "[1] khoản 1 Điều 1", "1/2025/QH15; tóm lược; còn hiệu lực"):
        assert shown in text
    word = WordDocument(io.BytesIO(client.post("/chat/export/docx", json=values).content))
    words = "\n".join(paragraph.text for paragraph in word.paragraphs)
    for shown in ("Hồ sơ", "Ai?", "Lời luật. [1]", "1/2025/QH15; tóm lược; còn hiệu lực", "example.org"):
        assert shown in words


def test_what_word_cannot_hold_is_left_out_of_its_file(client: TestClient) -> None:
    answers = [answer_to_json(make_answer("a\x00b\x1f\ufffe"))]
    values = {"title": ATTACK + "\x07", "language": "en", "answers": answers}
    response = client.post("/chat/export/docx", json=values)
    assert WordDocument(io.BytesIO(response.content)).paragraphs


def test_a_text_is_read_whole_with_its_contents_and_marks(client: TestClient) -> None:
    html = client.get("/document/law-1?as_of=2026-06-30&start=19&end=28&at=art-1-cl-1").text
    assert '<a href="#art-1">Điều 1. Phạm vi</a>' in html and 'id="art-1-cl-1"' in html
    assert "<mark>Lời luật.</mark>" in html
    assert "chưa có hiệu lực, có hiệu lực từ 01/07/2026" in html and "1/2025/QH15" in html
    assert "còn hiệu lực" in client.get("/document/law-1?as_of=2026-07-01").text
    assert client.get("/document/no-such-law").status_code == 404


def test_a_passage_names_its_place_and_its_citation_in_both_languages(client: TestClient) -> None:
    html = client.get("/passage/law-1?lang=vi&start=19&end=28&at=art-1-cl-1").text
    assert "<mark>Lời luật.</mark>" in html and "2. Lời khác." in html
    assert 'data-copy="khoản 1 Điều 1 Luật Mẫu 2025 (số 1/2025/QH15, Quốc hội ban hành ngày' in html
    assert 'data-copy="Luật Mẫu 2025, Article 1(1) (No. 1/2025/QH15' in html
    assert 'href="https://example.org/1"' in html and "Quốc hội" in html
    assert "Tóm lược của kho." in html, "the digest beside an official text"


@pytest.mark.parametrize("query", [
    "start=-1&end=5", "start=5&end=2", "start=0&end=99999", "start=x&end=y", "at=none",
    "as_of=never", "as_of=2026-02-31", "text=xx", "lang=xx", "start=" + "9" * 5000,
])
def test_odd_addresses_of_a_text_still_show_it(client: TestClient, query: str) -> None:
    for path in ("/document/law-1", "/passage/law-1", "/documents"):
        assert client.get(f"{path}?{query}").status_code == 200


def test_attacks_in_a_text_are_escaped(make_client: MakeClient) -> None:
    client = make_client(ScriptedAssistant(document=HOSTILE))
    for path in ("/", "/documents", "/document/law-1?start=0&end=9", "/passage/law-1?start=0&end=9"):
        html = client.get(path).text
        assert "<script>window" not in html and "<img src=x" not in html and "<svg onload" not in html
        assert 'href="javascript' not in html.lower()
    attack = quote(ATTACK)
    for hostile in (f"/documents?q={attack}", f"/login?next={attack}", f"/document/{attack}"):
        assert "<script>window" not in client.get(hostile).text


def test_static_files_are_those_of_one_folder(client: TestClient) -> None:
    assert client.get("/static/chat.js").headers["content-type"].startswith("text/javascript")
    for name in ("../app.py", "..%2fapp.py", "%2e%2e/app.py", "none.css", "chat.py"):
        assert client.get(f"/static/{name}").status_code in (403, 404)


def test_a_listener_knows_whether_an_editor_called_it() -> None:
    from starlette.requests import Request

    request = Request({"type": "http", "assistant.role": "editor", "headers": []})
    assert is_editor(request) and "/corpus" in EDITOR_PATHS
    assert not is_editor(Request({"type": "http", "assistant.role": "reader", "headers": []}))
    import gradio as gr

    assert is_editor(gr.Request(request=request))  # type: ignore[arg-type]
