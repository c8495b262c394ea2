"""The command `assistant`: wiring and printing only.

Everything heavy is imported inside the command that needs it, so that `--help` answers at once
(tests/test_house.py holds it to that). Errors of the AssistantError tree are one line on standard
error and exit code 2; anything else is a bug and shows its trace. An abstention is an answer: 0.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from assistant import cli_history as cli_history  # adds its commands to those of the corpus
from assistant.cli_adding import add_documents, fetch_texts
from assistant.cli_corpus import corpus_commands
from assistant.cli_evaluate import evaluate
from assistant.cli_page import feedback_commands, password
from assistant.cli_start import (
    AsOfOption,
    LanguageOption,
    ensure_index,
    open_workspace,
    parse_day,
    read_settings,
)
from assistant.errors import AssistantError
from assistant.terminal import (
    answer_as_json,
    error_console,
    print_error,
    print_markdown,
    print_pairs,
    print_retrieved,
    query_rows,
    writer_rows,
)

if TYPE_CHECKING:
    from assistant.answering import Assistant
    from assistant.config import Settings
    from assistant.llm import ChatModel
    from assistant.schema import Answer, Language, Query


class AssistantGroup(TyperGroup):
    """Turns errors raised on purpose into one line and exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except AssistantError as error:
            print_error(str(error))
            raise typer.Exit(2) from error


app = typer.Typer(
    cls=AssistantGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Hỏi đáp về chính sách hợp tác an ninh mạng, có trích dẫn được kiểm chứng. / "
    "Questions and answers on cyber cooperation policy, with verified citations.",
)
app.command("add")(add_documents)
corpus_commands.command("fetch")(fetch_texts)
app.add_typer(corpus_commands, name="corpus")
app.command()(evaluate)
app.add_typer(feedback_commands, name="feedback")
app.command()(password)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="Câu hỏi, tiếng Việt hoặc Anh / The question.")],
    as_of: AsOfOption = None,
    lang: LanguageOption = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="In toàn bộ câu trả lời dạng JSON / Whole answer as JSON."),
    ] = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Cho thấy cách hiểu và cách tìm / Show how it was found."),
    ] = False,
    as_typed: Annotated[
        bool,
        typer.Option("--as-typed", help="Không tự thêm dấu / Do not restore missing accents."),
    ] = False,
    extractive: Annotated[
        bool,
        typer.Option("--extractive", help="Không dùng mô hình / Without the chat model, if one is set."),
    ] = False,
) -> None:
    """Trả lời một câu hỏi / Answer one question."""
    day = parse_day(as_of)
    assistant = start_assistant()
    tell_privacy(assistant)
    answer = assistant.ask(
        question, as_of=day, language=lang, as_typed=as_typed,
        answer_with="extractive" if extractive else None,
    )
    if as_json:
        from assistant.answer_text import render_text

        print(answer_as_json(answer, render_text(answer)))
        return
    print_answer(answer)
    if explain:
        print()
        print_pairs(query_rows(answer.query))
        print_pairs(writer_rows(answer))
        print()
        print_retrieved(answer.retrieved, answer.query.language)


@app.command()
def chat(as_of: AsOfOption = None, lang: LanguageOption = None) -> None:
    """Hỏi đáp nối tiếp trong cửa sổ dòng lệnh / Ask and follow up in the terminal."""
    day = parse_day(as_of)
    assistant = start_assistant()
    tell_privacy(assistant)
    error_console().print(
        "/quit: thoát / leave · /date 2024-11-14: tính tại ngày / as of a day · "
        "/date: hôm nay / today"
    )
    converse(assistant, day, lang)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Địa chỉ / Address (127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Cổng / Port (7860).")] = None,
) -> None:
    """Mở trang hỏi đáp / Serve the web chat; indexes first what is new in the shipped corpus."""
    settings = read_settings(host=host, port=port)
    # A model that cannot be asked is told before the page opens, not by it.
    tell_models(make_models(settings))
    ensure_index(open_workspace(settings), compare=True)
    from ui.app import serve as serve_page

    print(
        f"http://{settings.host}:{settings.port}/  trong ít giây nữa / in a few seconds "
        "(Ctrl+C: dừng / stop)",
        flush=True,
    )
    serve_page(settings)


def start_assistant() -> Assistant:
    """An assistant for a few questions; indexes the shipped corpus when that was never done."""
    settings = read_settings()
    ensure_index(open_workspace(settings))
    from assistant.build import build_assistant

    return build_assistant(settings)


def print_answer(answer: Answer) -> None:
    """The answer, and where a model was asked for it, who answered and what it took."""
    from assistant.answer_text import render_text
    from assistant.answered_by import describe_answer

    text = render_text(answer)
    if answer.usage is not None:
        text += f"\n*{describe_answer(answer)}*\n"
    print_markdown(text)


def tell_privacy(assistant: Assistant) -> None:
    """On standard error, which host gets the question, where one does."""
    tell_models([chat for chat in assistant.chat_models if chat.is_hosted])


def tell_models(models: Sequence[ChatModel]) -> None:
    from assistant.answered_by import describe_privacy

    for chat in models:
        text = f"{describe_privacy([chat], 'vi')} / {describe_privacy([chat], 'en')}"
        error_console().print(text, soft_wrap=True)


def make_models(settings: Settings) -> tuple[ChatModel, ...]:
    """The chat models that are set. Raises ConfigurationError for one that cannot be asked."""
    if settings.chat_model is None and settings.chat_fallback_model is None:
        return ()
    from assistant.config import load_provider_keys
    from assistant.llm import make_chat_models

    return make_chat_models(settings, load_provider_keys())


def converse(assistant: Assistant, day: date | None, language: Language | None) -> None:
    """Answer line by line, each with the query before it, so that a follow-up is understood.

    An error raised on purpose is told and the conversation goes on.
    """
    previous: Query | None = None
    for line in _typed_lines():
        command, _, rest = line.partition(" ")
        if command == "/quit":
            return
        try:
            if command == "/date":
                day = parse_day(rest.strip() or None)
                continue
            answer = assistant.ask(line, as_of=day, language=language, previous=previous)
        except AssistantError as error:
            print_error(str(error))
            continue
        print_answer(answer)
        previous = answer.query


def _typed_lines() -> Iterator[str]:
    """Lines of standard input that hold something; a terminal is prompted."""
    if not sys.stdin.isatty():
        yield from (line.strip() for line in sys.stdin if line.strip())
        return
    with suppress(ImportError):
        import readline  # noqa: F401  gives input() editing and history
    while True:
        try:
            line = input("› ").strip()
        except (EOFError, KeyboardInterrupt):
            return
        if line:
            yield line


def main() -> None:
    """The entry point: UTF-8 whatever the system's code page is, then the command."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows pipe would otherwise be in a code page without Vietnamese letters.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    app()
