"""The commands `assistant corpus …`: look into it, search it, make and verify its index."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli_start import (
    AsOfOption,
    LanguageOption,
    ensure_index,
    open_workspace,
    parse_day,
    read_settings,
)
from assistant.errors import HistoryError, IndexMissingError, QuestionError
from assistant.terminal import (
    indexing_progress,
    print_pairs,
    print_retrieved,
    print_table,
    query_rows,
)

if TYPE_CHECKING:
    from assistant.build import Workspace
    from assistant.library import Library
    from assistant.schema import Document, Language, Provision, Validity

corpus_commands = typer.Typer(
    no_args_is_help=True, help="Kho tài liệu và chỉ mục của nó / The corpus and its index."
)
_STATES = {
    "in_force": "có hiệu lực / in force",
    "not_yet": "chưa có hiệu lực / not yet",
    "ended": "hết hiệu lực / ended",
    "undated": "–",
}
_SHOWN_FIELDS = (
    "title",
    "number",
    "kind",
    "issuer",
    "adopted",
    "effective_from",
    "effective_to",
    "effective_note",
    "replaces",
    "replaced_by",
    "amended_by",
    "implements",
    "text_kind",
    "authority",
    "verified",
    "as_of",
    "source_url",
)


@corpus_commands.command("list")
def list_documents(as_of: AsOfOption = None, lang: LanguageOption = None) -> None:
    """Liệt kê văn bản và hiệu lực vào một ngày / List the texts and what is in force on a day."""
    from assistant.validity import validity_on

    day = parse_day(as_of) or date.today()
    library = open_indexed().library()
    rows = []
    for text_id in library.text_ids():
        document = _document(library, text_id, lang or "vi")
        languages = [held for held in ("vi", "en") if f"{text_id}.{held}" in library.documents]
        rows.append(
            [
                text_id,
                ",".join(languages),
                document.label,
                document.number or "–",
                _validity_cell(validity_on(document, day)),
                str(len(library.provisions(document.key))),
            ]
        )
    columns = [
        "Id",
        "Ngôn ngữ / Languages",
        "Văn bản / Text",
        "Số hiệu / Number",
        f"Ngày / On {day}",
        "Đơn vị / Provisions",
    ]
    print_table(columns, rows)


@corpus_commands.command("show")
def show_document(
    wanted: Annotated[
        str, typer.Argument(metavar="ID[.LANG]", help="law-116-2025, law-116-2025.en")
    ],
    provision: Annotated[
        str | None, typer.Argument(help="art-6/cl-3/pt-a, 6, “khoản 3 Điều 6”, “Article 6(3)”")
    ] = None,
    as_of: AsOfOption = None,
) -> None:
    """Cho xem một văn bản hoặc một điều khoản / Show a text or one of its provisions."""
    from assistant.citations import provision_label
    from assistant.validity import validity_on

    day = parse_day(as_of) or date.today()
    library = open_indexed().library()
    text_id, _, language = wanted.partition(".")
    document = _document(library.on(day), text_id, language or "vi")
    validity = validity_on(document, day)
    if provision is None:
        print_pairs(
            [("id", document.key), *_metadata(document), (str(day), _STATES[validity.state])]
        )
        print(f"\n{document.body.strip()}")
        return
    found = _find_provision(library, document, provision, day)
    print_pairs(
        [
            ("id", found.id),
            ("label", provision_label(library, document, found.id, document.language)),
            (str(day), _validity_cell(validity)),
            ("text_kind", document.text_kind),
            ("source_url", document.source_url or ""),
        ]
    )
    print(f"\n{library.text_of(document, found).strip()}")


@corpus_commands.command("search")
def search_corpus(
    question: Annotated[str, typer.Argument(help="Câu hỏi hoặc từ khóa / Question or keywords.")],
    as_of: AsOfOption = None,
    lang: LanguageOption = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Số đoạn / Chunks shown.")] = 10,
) -> None:
    """Chỉ tìm, không trả lời; kèm hạng của từng thành phần / Search only, with component ranks."""
    day = parse_day(as_of)
    workspace = open_workspace(read_settings())
    ensure_index(workspace)
    library = workspace.library()
    query = workspace.query_reader(library).read(
        question, today=date.today(), chosen=day, language=lang
    )
    retriever = workspace.retriever(library, workspace.query_embeddings(is_serving=False))
    print_pairs(query_rows(query))
    print_retrieved(retriever.retrieve(query, limit), query.language)


@corpus_commands.command("rebuild")
def rebuild_index() -> None:
    """Lập lại chỉ mục từ kho tài liệu / Rebuild the index from the shipped corpus."""
    from assistant.build import index_shipped_corpus

    workspace = open_workspace(read_settings())
    with indexing_progress("Lập lại chỉ mục / Rebuilding the index …") as progress:
        report = index_shipped_corpus(workspace, progress, rebuild=True)
    print(f"{len(report.changed)} văn bản / documents, {len(report.removed)} đã bỏ / removed")
    for line in report.repaired:
        print(line)


@corpus_commands.command("pack")
def pack_vectors() -> None:
    """Ghi lại vectơ đi kèm kho, sau khi sửa văn bản / Write the shipped vectors after an edit."""
    from assistant.build import shipped_corpus
    from assistant.embeddings import embedding_fingerprint
    from assistant.vector_pack import write_packs

    workspace = open_indexed()
    ensure_index(workspace, compare=True)
    if "added" in workspace.registry.origins().values():
        raise HistoryError(
            "Texts were added to this corpus; their vectors do not ship. "
            "Name another folder in ASSISTANT_DATA_FOLDER for this."
        )
    folder = shipped_corpus() / "vectors"
    count = write_packs(workspace.registry, folder, embedding_fingerprint(workspace.settings))
    print(f"{count} vectơ / vectors → {folder}")


@corpus_commands.command("verify")
def verify_index() -> None:
    """Đối chiếu sổ, chỉ mục từ và vectơ; mã 1 nếu hỏng / Check the index; exit 1 if damaged."""
    from assistant.damage import find_damage

    workspace = open_indexed()
    damage = find_damage(workspace.registry, workspace.lexical, workspace.store)
    if not damage:
        print("Chỉ mục nguyên vẹn / The index is whole.")
        return
    for line in damage:
        print(line)
    print("Sửa bằng / Mend with: assistant corpus rebuild")
    raise typer.Exit(1)


def open_indexed() -> Workspace:
    """A workspace that has an index. Raises IndexMissingError: looking never starts indexing."""
    workspace = open_workspace(read_settings())
    if not workspace.registry.content_hashes():
        raise IndexMissingError(
            "Chưa có chỉ mục / Nothing is indexed yet. Run: assistant corpus rebuild"
        )
    return workspace


def _document(library: Library, text_id: str, language: str) -> Document:
    """The text in that language, else in the other. Raises QuestionError that names near ids."""
    asked: Language = "en" if language == "en" else "vi"
    document = library.document_of(text_id, asked)
    if document is None or language not in ("vi", "en"):
        near = ", ".join(get_close_matches(text_id, library.text_ids(), n=3)) or "–"
        raise QuestionError(
            f"There is no text {text_id}.{language}; near: {near}. See: assistant corpus list"
        )
    return document


def _find_provision(library: Library, document: Document, wanted: str, day: date) -> Provision:
    """A provision by id, with or without the text's, or as a lawyer names it ("khoản 3 Điều 6")."""
    from assistant.named_provisions import NameIndex
    from assistant.schema import AsOf

    ids = [wanted, f"{document.id}/{wanted}"]
    named = f"Điều {wanted}" if wanted.isdigit() else wanted
    spoken = NameIndex([document]).find(f"{named} {document.label}", AsOf(day, day, "chosen"))
    ids += [reference.provision_id for reference in spoken.references]
    for provision_id in ids:
        provision = library.provision(document.key, provision_id)
        if provision is not None:
            return provision
    raise QuestionError(
        f"{document.key} has no provision {wanted!r}. Its units: "
        f"assistant corpus show {document.key}"
    )


def _metadata(document: Document) -> list[tuple[str, str]]:
    rows = []
    for name in _SHOWN_FIELDS:
        value = getattr(document, name)
        rows.append((name, ", ".join(value) if isinstance(value, tuple) else str(value or "")))
    return rows


def _validity_cell(validity: Validity) -> str:
    since, until = validity.since, validity.until
    span = f" ({since or '…'} → {until or '…'})" if since or until else ""
    return _STATES[validity.state] + span
