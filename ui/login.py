"""Logging in and out: a form, a password, a session in a cookie, and few attempts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assistant.schema import Language
from ui.access import SESSION_COOKIE, SESSION_SECONDS, Access
from ui.limits import RateLimit
from ui.pages import Frame, page_language, render_page

MOST_ATTEMPTS, ATTEMPTS_SECONDS = 5, 15 * 60
_STRINGS: dict[Language, dict[str, str]] = {
    "vi": {
        "title": "Đăng nhập", "label": "Mật khẩu", "submit": "Đăng nhập",
        "why": "Trang này cần mật khẩu. Mật khẩu đọc dùng để hỏi; mật khẩu biên tập dùng cả để thêm"
        " tài liệu và đánh giá.",
        "wrong": "Mật khẩu không đúng.",
        "wait": "Đã thử quá nhiều lần. Xin chờ 15 phút.",
    },
    "en": {
        "title": "Log in", "label": "Password", "submit": "Log in",
        "why": "This page needs a password. The readers' one is for asking; the editors' one is also"
        " for adding documents and evaluating.",
        "wrong": "The password is not right.",
        "wait": "Too many attempts. Please wait 15 minutes.",
    },
}


def make_login_routes(access: Access, frame: Callable[[Request], Frame]) -> APIRouter:
    """`/login` and `/logout`."""
    routes, attempts = APIRouter(), RateLimit(MOST_ATTEMPTS, ATTEMPTS_SECONDS)

    def show(request: Request, next_path: str, problem: str = "", status: int = 200) -> HTMLResponse:
        words = _STRINGS[page_language(request)]
        values = {name: words[name] for name in ("title", "label", "submit", "why")}
        html = render_page(
            "login.html", frame(request), next=next_path,
            problem=words[problem] if problem else "", **values,
        )
        return HTMLResponse(html, status_code=status)

    @routes.get("/login")
    def form(request: Request) -> HTMLResponse:
        return show(request, safe_path(request.query_params.get("next", "/")))

    @routes.post("/login")
    def log_in(
        request: Request, password: Annotated[str, Form(max_length=200)],
        next: Annotated[str, Form(max_length=400)] = "/",
    ) -> Response:
        address = request.client.host if request.client else "unknown"
        # Counted before the password is looked at: attempts sent at once must not all pass.
        if not attempts.count(address):
            return show(request, safe_path(next), "wait", 429)
        role = access.role_for(password)
        if role is None:
            return show(request, safe_path(next), "wrong", 401)
        response = RedirectResponse(safe_path(next), status_code=303)
        response.set_cookie(
            SESSION_COOKIE, access.make_session(role), max_age=SESSION_SECONDS, httponly=True,
            samesite="lax", secure=request.url.scheme == "https",
        )
        return response

    @routes.post("/logout")
    def log_out() -> Response:
        response = RedirectResponse("/login", status_code=303)
        response.delete_cookie(SESSION_COOKIE)
        return response

    return routes


def safe_path(path: str) -> str:
    """A path of this server, "/" for anything else: a login must not lead to another site."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_own and path.isprintable() else "/"
