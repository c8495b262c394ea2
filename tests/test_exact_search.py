"""The light road of a single question finds what Chroma finds."""

from __future__ import annotations

import numpy as np
from conftest import MakeSettings

from assistant.build import Workspace, build_assistant
from assistant.exact_search import ExactSearch

QUESTIONS = (
    "Ai chủ trì hợp tác quốc tế về an ninh mạng?",
    "What does the AIS-CISA memorandum cover?",
    "hệ thống thông tin cấp độ 3",
)


def test_both_indexes_name_the_same_nearest(small_workspace: Workspace) -> None:
    exact = ExactSearch(small_workspace.registry)
    embeddings = small_workspace.query_embeddings(is_serving=False)
    for question in QUESTIONS:
        vector = np.asarray(embeddings.embed_query(question), dtype=np.float32)
        assert exact.search(vector, 10) == small_workspace.store.search(vector, 10)


def test_an_empty_registry_has_no_nearest(make_settings: MakeSettings) -> None:
    workspace = Workspace(make_settings())
    assert ExactSearch(workspace.registry).search(np.ones(384, dtype=np.float32), 5) == []


def test_a_one_shot_answer_is_that_of_the_served_assistant(small_workspace: Workspace) -> None:
    light = build_assistant(small_workspace.settings)
    served = build_assistant(small_workspace.settings, is_serving=True)
    for question in QUESTIONS:
        one, other = light.ask(question), served.ask(question)
        assert (one.claims, one.citations) == (other.claims, other.citations)


def test_a_one_shot_question_leaves_heavy_libraries_alone(small_workspace: Workspace) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from assistant.build import build_assistant; "
        "from assistant.config import Settings; "
        f"build_assistant(Settings(data_folder={str(small_workspace.settings.data_folder)!r}))"
        f".ask({QUESTIONS[0]!r}); "
        "print([m for m in ('chromadb', 'torch', 'tokenizers', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
