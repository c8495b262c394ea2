"""What tests share: the real model, converted once a machine, and an index of a few documents.

`small_workspace` is read-only and made once a session (about half a minute): tests that write
take `make_settings` and index what they need. No test sees the developer's own settings.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# Several threads on cores that others use too wait for each other: 3 to 12 times slower, measured.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from assistant.build import Workspace, load_shipped_documents  # noqa: E402
from assistant.config import Settings  # noqa: E402
from assistant.embedding_weights import ensure_model  # noqa: E402
from assistant.schema import Document  # noqa: E402

MakeSettings = Callable[..., Settings]
# A repealed decree, its successor and two topic articles, each in both languages: enough passages
# for centres to be measured, without which abstention does not work as in the whole corpus.
SMALL_CORPUS = ("decree-331-2026", "decree-85-2016", "topic-ais-cisa", "topic-authorities")


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_developer() -> Iterator[None]:
    """Drop ASSISTANT_… from the environment, and do not read .env."""
    patch = pytest.MonkeyPatch()
    for name in [name for name in os.environ if name.startswith("ASSISTANT_")]:
        if not name.startswith("ASSISTANT_TEST_"):
            patch.delenv(name)
    patch.setitem(Settings.model_config, "env_file", None)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def models_folder(pytestconfig: pytest.Config) -> Path:
    """The folder that holds the default model; kept from one run to the next.

    ASSISTANT_TEST_CACHE names its parent; without it, it is in pytest's cache.
    """
    named = os.environ.get("ASSISTANT_TEST_CACHE")
    parent = Path(named) if named else pytestconfig.cache.mkdir("models")
    folder = parent.resolve() / "models"
    ensure_model(folder)
    return folder


@pytest.fixture(scope="session")
def make_settings(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> MakeSettings:
    """Settings over a fresh data folder that already has the model; keywords are other settings."""

    def make(**overrides: object) -> Settings:
        folder = tmp_path_factory.mktemp("data")
        (folder / "models").symlink_to(models_folder, target_is_directory=True)
        return Settings(data_folder=folder, **overrides)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def small_documents() -> tuple[Document, ...]:
    """The shipped documents of SMALL_CORPUS, in both languages."""
    return tuple(doc for doc in load_shipped_documents() if doc.id in SMALL_CORPUS)


@pytest.fixture(scope="session")
def small_workspace(
    make_settings: MakeSettings, small_documents: tuple[Document, ...]
) -> Workspace:
    """A workspace over SMALL_CORPUS, indexed with the real model. Do not write to it."""
    workspace = Workspace(make_settings())
    workspace.indexer().synchronize(small_documents)
    return workspace


@pytest.fixture(scope="module")
def own_workspace(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Workspace:
    """A copy of `small_workspace` for the tests of one file, which may write to it.

    ASSISTANT_TEST_DATA may name a data folder that is already indexed, to be copied instead.
    """
    named = os.environ.get("ASSISTANT_TEST_DATA")
    source = Path(named) if named else request.getfixturevalue("small_workspace").settings.data_folder
    folder = tmp_path_factory.mktemp("own") / "data"
    shutil.copytree(source, folder, symlinks=True)
    return Workspace(Settings(data_folder=folder))


def upload_file(page: Any, field: str, file: Path, sign: str) -> None:
    """Choose a file on a page that Gradio lays out, until the selector `sign` shows that it arrived.

    Such a page takes a file only once its listeners are there, and drops one that was chosen while
    its labels change: milliseconds after it opens, which no person is quick enough for.
    """
    from playwright.sync_api import TimeoutError as SignMissingError

    for _ in range(12):
        page.set_input_files(field, str(file))
        try:
            page.wait_for_selector(sign, timeout=20_000)
        except SignMissingError:
            continue
        return
    raise AssertionError(f"{file.name} did not arrive")
