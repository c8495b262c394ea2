"""build_assistant(settings): the one place where objects are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings

from assistant.answering import Assistant, Parts
from assistant.config import Settings, load_provider_keys
from assistant.embeddings import (
    embedding_fingerprint,
    load_tokenizer,
    make_embeddings,
    make_query_embeddings,
    model_path,
)
from assistant.exact_search import MOST_VECTORS, ExactSearch
from assistant.indexing import Indexer, IndexReport, Progress, check_model
from assistant.intake import Intake
from assistant.lexical import LexicalIndex
from assistant.library import Library
from assistant.loading.markdown import load_markdown
from assistant.loading.reading import make_limits
from assistant.loading.url import make_download_limits
from assistant.query import QueryReader
from assistant.registry import Registry
from assistant.registry_salvage import salvage_registry
from assistant.retrieval import Rerank, Retriever
from assistant.schema import Document
from assistant.store import VectorStore
from assistant.unfinished import mend_index
from assistant.vector_pack import VectorPack, load_default_centres

if TYPE_CHECKING:
    from assistant.generation import AnswerWriter


def shipped_corpus() -> Path:
    """The folder of the corpus that travels with the package, in a clone and in a wheel alike."""
    return Path(str(files("corpus")))


def load_shipped_documents() -> list[Document]:
    """Every document of the shipped corpus. Raises DocumentError for the first bad one."""
    return [load_markdown(path) for path in sorted((shipped_corpus() / "documents").glob("*.md"))]


class Workspace:
    """The parts over one data folder, each made when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def registry(self) -> Registry:
        return Registry(self.settings.registry_file)

    @cached_property
    def lexical(self) -> LexicalIndex:
        return LexicalIndex(self.registry)

    @cached_property
    def store(self) -> VectorStore:
        return VectorStore(self.registry, self.settings.chroma_folder)

    def indexer(self) -> Indexer:
        return Indexer(
            self.settings,
            self.registry,
            self.lexical,
            self.store,
            make_embeddings=lambda: make_embeddings(self.settings),
            count_tokens=make_token_counter(self.settings),
            query_embeddings=self.query_embeddings(is_serving=False),
            pack=VectorPack(shipped_corpus() / "vectors", embedding_fingerprint(self.settings)),
        )

    def intake(self, scratch: Path, *, allow_private: bool = False) -> Intake:
        """Previews and commits; `scratch` takes what is fetched, `allow_private` is for tests."""
        return Intake(
            self.registry,
            self.lexical,
            self.indexer,
            make_token_counter(self.settings),
            scratch,
            reading_limits=make_limits(self.settings),
            download_limits=make_download_limits(self.settings),
            allow_private=allow_private,
        )

    def mend(self, *, thorough: bool) -> list[str]:
        """Put right what a killed process or a damaged folder left; a line for each thing."""
        lines = mend_index(self.settings, self.registry, self.store, thorough=thorough)
        return [*self.registry.opening_lines, *lines]

    def library(self) -> Library:
        return Library(self.registry, shipped_corpus(), self.settings.data_folder)

    def query_reader(self, library: Library) -> QueryReader:
        return QueryReader(
            library.texts,
            library.names,
            library.glossary,
            lambda: library.restorer,
            self.settings.question_characters,
        )

    def retriever(
        self, library: Library, embeddings: Embeddings, *, is_serving: bool = True
    ) -> Retriever:
        check_model(self.settings, self.registry)
        is_light = not is_serving and self.lexical.count() <= MOST_VECTORS
        return Retriever(
            self.registry,
            self.lexical,
            ExactSearch(self.registry) if is_light else self.store,
            embeddings,
            library,
            rerank=make_reranker(self.settings),
            default_centres=load_default_centres(
                shipped_corpus() / "vectors", embedding_fingerprint(self.settings)
            ),
        )

    def query_embeddings(self, *, is_serving: bool) -> Embeddings:
        make = make_embeddings if is_serving else make_query_embeddings
        return make(self.settings)


def index_shipped_corpus(
    workspace: Workspace, progress: Progress | None = None, *, rebuild: bool = False
) -> IndexReport:
    """Bring the index to the shipped corpus; quick when nothing changed.

    With `rebuild` all is made anew, and a registry whose file is damaged is begun again first.
    """
    lines = []
    if rebuild:
        lines = salvage_registry(workspace.settings.registry_file, workspace.settings.lock_file)
    report = workspace.indexer().synchronize(load_shipped_documents(), progress, rebuild=rebuild)
    report.repaired[:0] = lines
    return report


def make_token_counter(settings: Settings) -> Callable[[str], int]:
    """Counts tokens as the configured model does."""
    tokenizer = load_tokenizer(Path(model_path(settings)))
    tokenizer.no_truncation()
    return lambda text: len(tokenizer.encode(text).ids)


def make_reranker(settings: Settings) -> Rerank | None:
    """A CrossEncoder's scoring function, or None when none is configured."""
    if settings.reranker_model is None:
        return None
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(settings.reranker_model, device="cpu")

    def score(question: str, texts: Sequence[str]) -> Sequence[float]:
        return [float(value) for value in model.predict([(question, text) for text in texts])]

    return score


def make_writer(settings: Settings) -> AnswerWriter | None:
    """What writes with the chat models that are set, or None when none is.

    Raises ConfigurationError for a model that cannot be asked as it is set.
    """
    if settings.chat_model is None and settings.chat_fallback_model is None:
        return None
    # Imported only where a model is set: an extractive answer starts without them.
    from assistant.generation import AnswerWriter
    from assistant.llm import make_chat_models
    from assistant.prompting import load_prompts
    from assistant.tracing import JsonlTracer

    keys = load_provider_keys()
    tracers = (
        [JsonlTracer(settings.traces_folder, keys.secrets())] if settings.chat_trace else []
    )
    models = make_chat_models(settings, keys, tracers)
    return AnswerWriter(models, load_prompts(), settings, keys.secrets())


def build_assistant(settings: Settings, *, is_serving: bool = False) -> Assistant:
    """An assistant over the data folder. `is_serving` loads sentence-transformers; otherwise the
    light road is taken, which answers sooner from a cold start.

    Raises IndexMissingError when nothing is indexed, ModelMismatchError for another model's index,
    ConfigurationError for a chat model that cannot be asked as it is set.
    """
    writer = make_writer(settings)
    workspace = Workspace(settings)
    embeddings = workspace.query_embeddings(is_serving=is_serving)

    def make_parts() -> Parts:
        library = workspace.library()
        reader = workspace.query_reader(library)
        retriever = workspace.retriever(library, embeddings, is_serving=is_serving)
        return Parts(library, reader, retriever)

    return Assistant(
        make_parts, settings.retrieved_chunks, workspace.registry.reading, writer
    )
