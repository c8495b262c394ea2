"""What every command begins with: settings, options, the data folder and its index."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.errors import ConfigurationError, LockedError, QuestionError
from assistant.terminal import indexing_progress, print_note

if TYPE_CHECKING:
    from assistant.build import Workspace
    from assistant.config import Settings

AsOfOption = Annotated[
    str | None,
    typer.Option(
        metavar="DATE", help="Tính tại ngày (2026-07-01 hoặc 01/07/2026) / As of that day; today."
    ),
]
LanguageOption = Annotated[
    Literal["vi", "en"] | None,
    typer.Option(help="Ngôn ngữ trả lời / Language of the answer; that of the question."),
]
_DAY_FORMS = ("%Y-%m-%d", "%d/%m/%Y")


def parse_day(text: str | None) -> date | None:
    """The day written as 2026-07-01 or 01/07/2026; None for None. Raises QuestionError."""
    if text is None:
        return None
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    raise QuestionError(
        f"{text!r} is not a date: write 2026-07-01 or 01/07/2026. / "
        f"{text!r} không phải ngày: viết 2026-07-01 hoặc 01/07/2026."
    )


def read_settings(**overrides: object) -> Settings:
    """Settings of the environment with the options given on top (None is not given).

    Raises ConfigurationError that names each wrong variable.
    """
    from pydantic import ValidationError

    from assistant.config import load_settings

    try:
        return load_settings(**{k: v for k, v in overrides.items() if v is not None})
    except ValidationError as error:
        wrong = "; ".join(
            f"ASSISTANT_{'_'.join(map(str, held['loc'])).upper()}: {held['msg']}"
            for held in error.errors()
        )
        raise ConfigurationError(f"{wrong}. Correct it in the environment or in .env.") from error


def open_workspace(settings: Settings) -> Workspace:
    """The workspace over the data folder, which is made when absent."""
    from assistant.build import Workspace

    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"The data folder {settings.data_folder} cannot be made ({error.strerror}). "
            "Set ASSISTANT_DATA_FOLDER to a folder that can be written."
        ) from error
    return Workspace(settings)


def ensure_index(workspace: Workspace, *, compare: bool = False) -> None:
    """Index the shipped corpus where that was never finished, or by an older version of us.

    `compare` also looks for shipped documents that changed, at the price of reading them all
    (0.3 s): done when serving, not for one question.
    """
    needs_indexing = _needs_indexing(workspace, compare=compare)
    for line in workspace.mend(thorough=compare):
        print_note(line)
    if not needs_indexing:
        return
    from assistant.build import index_shipped_corpus

    title = "Lập chỉ mục kho tài liệu (vài phút, chỉ lần này) / Indexing the corpus, this once …"
    try:
        with indexing_progress(title) as progress:
            index_shipped_corpus(workspace, progress)
    except LockedError:
        # Another process is at it: what is there answers meanwhile.
        if not workspace.registry.content_hashes():
            raise


def _needs_indexing(workspace: Workspace, *, compare: bool) -> bool:
    from assistant.build import load_shipped_documents
    from assistant.indexing import PIPELINE_VERSION
    from assistant.unfinished import was_indexing_cut_off

    if workspace.registry.state("pipeline_version") != PIPELINE_VERSION:
        return True
    if was_indexing_cut_off(workspace.settings, workspace.registry):
        return True
    if not compare:
        return False
    held = workspace.registry.shipped_hashes()
    return held != {doc.key: doc.content_hash for doc in load_shipped_documents()}
