"""DOCX: what a reader of the page sees, in its order.

Decision: the XML is walked here instead of asking python-docx for paragraph texts, which leave out
inserted text, content controls, text boxes, footnotes and automatic numbers: in a law "Điều 6." is
often an automatic number. python-docx opens the package and finds its parts.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

from assistant.errors import TooLargeError, UnreadableError
from assistant.loading.docx_numbering import Numbering, W, read_numbering
from assistant.loading.draft import Draft, Job
from assistant.loading.encodings import repair_pieces
from assistant.loading.extracted import ReadingNote
from assistant.structure_lines import match_article, read_lines

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SKIPPED = {f"{W}del", f"{W}moveFrom", f"{_MC}Fallback", f"{W}pPr", f"{W}instrText", f"{W}delText"}
_MARKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-", f"{W}softHyphen": "\xad"}
# Layout tables of Vietnamese texts: the two-column head, and the signature beside the recipients.
_LAYOUT = re.compile(r"CỘNG H[ÒO][AÀ] XÃ HỘI|Nơi nhận|§éc lËp|Ñoäc laäp|Độc lập\s*[-–—]", re.IGNORECASE)
# One a level, before the text of a heading.
_HEAD = "\ue0f2"
# Around text in a TCVN3 font of capitals (".VnTimeH"), whose letters are stored small.
_CAPITALS = ("\ue0f0", "\ue0f1")
_CAPITAL_TEXT = re.compile(f"{_CAPITALS[0]}([^{_CAPITALS[1]}]*){_CAPITALS[1]}")


def read_docx(job: Job) -> Draft:
    """Read the body with its tables, text boxes and footnotes. Raises SourceError."""
    _check_package(job)
    import docx

    document = docx.Document(str(job.path))
    walk = _Walk(document)
    lines = list(walk.blocks(document.element.body))
    lines += [f"[{number}] {text}" for number, text in walk.footnotes()]
    repaired = repair_pieces(["\n".join(lines) + "\n"], walk.font_encoding)
    text = _CAPITAL_TEXT.sub(lambda found: found.group(1).upper(), repaired.pieces[0])
    notes = [*repaired.notes, *walk.notes()]
    return Draft("docx", [_mark_heads(text)], notes=notes, encoding=repaired.encoding)


def _mark_heads(text: str) -> str:
    """Headings by style as Markdown has them, except in a legal text, whose labels say what they are."""
    if any(match_article(line) for line in read_lines(text.replace(_HEAD, ""))):
        return text.replace(_HEAD, "")
    return re.sub(f"^{_HEAD}+", lambda found: "#" * len(found.group()) + " ", text, flags=re.MULTILINE)


def _check_package(job: Job) -> None:
    """A DOCX is a ZIP: neither cut off nor a bomb."""
    try:
        with zipfile.ZipFile(job.path) as package:
            unpacked = sum(member.file_size for member in package.infolist())
            broken = package.testzip() if unpacked <= job.limits.unpacked_bytes else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise UnreadableError(
            f"{job.name} là tệp DOCX bị hỏng hoặc bị cắt cụt. Hãy tải lại tệp gốc.",
            f"{job.name} is a DOCX that is damaged or cut off. Get it again from where it comes.",
        ) from error
    if unpacked > job.limits.unpacked_bytes:
        raise TooLargeError(
            f"{job.name} giải nén ra {unpacked / 2**20:.0f} MB, quá giới hạn. Hãy bỏ bớt hình ảnh.",
            f"{job.name} unpacks to {unpacked / 2**20:.0f} MB, more than allowed. Take pictures out of it.",
        )
    if broken:
        raise UnreadableError(
            f"Phần {broken} trong {job.name} bị hỏng. Hãy tải lại tệp gốc.",
            f"The part {broken} of {job.name} is damaged. Get the file again from where it comes.",
        )


class _Walk:
    """One pass over a document's body; counts what has to be said afterwards."""

    def __init__(self, document: Any) -> None:
        relations = [rel for rel in document.part.rels.values() if not rel.is_external]
        parts = {relation.reltype.rsplit("/", 1)[-1]: relation for relation in relations}
        self._styles = document.styles.element
        numbering = parts.get("numbering")
        self._numbering: Numbering = read_numbering(
            numbering.target_part.element if numbering else None, self._styles
        )
        self._footnotes = {
            kind: _read_part(parts[kind].target_part) for kind in ("footnotes", "endnotes") if kind in parts
        }
        self._references: list[tuple[str, str]] = []
        self._fonts: Counter[str] = Counter()
        self._style_fonts = _read_style_fonts(self._styles)
        self._hidden = self._inserted = self._deleted = 0
        self._heads = _read_heads(self._styles)

    @property
    def font_encoding(self) -> str | None:
        """The old encoding that the fonts of most letters speak of."""
        total = sum(self._fonts.values())
        for encoding, prefix in (("tcvn3", ".vn"), ("vni", "vni-")):
            if sum(n for font, n in self._fonts.items() if font.startswith(prefix)) > 0.5 * max(1, total):
                return encoding
        return None

    def blocks(self, parent: Any) -> Iterator[str]:
        """The paragraphs and tables of an element as lines."""
        for child in parent:
            if child.tag == f"{W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{W}tbl":
                yield from self._table(child)
            elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml", f"{W}moveTo"):
                yield from self.blocks(child)

    def _paragraph(self, paragraph: Any) -> Iterator[str]:
        label = self._numbering.label(paragraph)
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        font = self._style_fonts.get(style.get(f"{W}val") if style is not None else "", "")
        boxes: list[Any] = []
        text = "".join(self._inline(paragraph, font, boxes))
        text = f"{label} {text.strip()}".strip() if label else text.rstrip()
        head = self._heads.get(style.get(f"{W}val"), 0) if style is not None else 0
        yield f"{_HEAD * min(6, head)}{text.strip()}" if head and text.strip() else text
        for box in boxes:
            yield from self.blocks(box)

    def _inline(self, parent: Any, font: str, boxes: list[Any]) -> Iterator[str]:
        for child in parent:
            if child.tag in _SKIPPED:
                self._deleted += child.tag in (f"{W}del", f"{W}moveFrom")
            elif child.tag == f"{W}r":
                yield self._run(child, font, boxes)
            elif child.tag == f"{W}txbxContent":
                boxes.append(child)
            elif child.tag == f"{_MATH}t":
                yield child.text or ""
            elif isinstance(child.tag, str):
                self._inserted += child.tag == f"{W}ins"
                yield from self._inline(child, font, boxes)

    def _run(self, run: Any, font: str, boxes: list[Any]) -> str:
        properties = run.find(f"{W}rPr")
        if properties is not None:
            hidden = properties.find(f"{W}vanish")
            if hidden is not None and hidden.get(f"{W}val") not in ("0", "false"):
                self._hidden += 1
                return ""
            font = _font_of(properties) or font
        text = "".join(self._run_parts(run, font, boxes))
        self._fonts[font] += len(text)
        capital = font.startswith(".vn") and font.endswith("h")
        return f"{_CAPITALS[0]}{text}{_CAPITALS[1]}" if capital and text else text

    def _run_parts(self, run: Any, font: str, boxes: list[Any]) -> Iterator[str]:
        for child in run:
            if child.tag == f"{W}t":
                yield child.text or ""
            elif child.tag in _MARKS:
                yield _MARKS[child.tag]
            elif child.tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                kind = "footnotes" if child.tag == f"{W}footnoteReference" else "endnotes"
                self._references.append((kind, child.get(f"{W}id")))
                yield f"[{len(self._references)}]"
            elif child.tag not in _SKIPPED and child.tag not in (f"{W}rPr", f"{W}sym"):
                yield from self._inline(child, font, boxes) if isinstance(child.tag, str) else ()

    def _table(self, table: Any) -> Iterator[str]:
        rows = [self._row(row) for row in table.iter(f"{W}tr") if _table_of(row) is table]
        width = max(map(len, rows), default=0)
        text = "\n".join(line for row in rows for cell in row for line in cell)
        if width <= 1 or (width <= 3 and len(rows) <= 8 and _LAYOUT.search(text)):
            yield from (line for row in rows for cell in row for line in cell)
            return
        for place, row in enumerate(rows):
            cells = [" ".join(" ".join(cell).split()).replace("|", "/") for cell in row]
            yield f"| {' | '.join(cells + [''] * (width - len(cells)))} |"
            if place == 0:
                yield f"|{' --- |' * width}"

    def _row(self, row: Any) -> list[list[str]]:
        """The cells of a row as lines; one that spans columns is followed by empty ones."""
        cells: list[list[str]] = []
        for cell in row.iter(f"{W}tc"):
            if _row_of(cell) is row:
                span = cell.find(f"{W}tcPr/{W}gridSpan")
                columns = int(span.get(f"{W}val", "1")) if span is not None else 1
                cells += [list(self.blocks(cell)), *([[]] * (columns - 1))]
        return cells

    def footnotes(self) -> Iterator[tuple[int, str]]:
        """The notes that the text refers to, numbered as the references were."""
        for number, (kind, note_id) in enumerate(list(self._references), start=1):
            for note in self._footnotes.get(kind, ()):
                if note.get(f"{W}id") == note_id:
                    yield number, " ".join(" ".join(self.blocks(note)).split())

    def notes(self) -> list[ReadingNote]:
        """What a person has to know of this document."""
        found: list[ReadingNote] = []
        if self._inserted or self._deleted:
            found.append(_CHANGES)
        if self._hidden:
            found.append(_HIDDEN)
        return found


_CHANGES = ReadingNote(
    "tracked_changes",
    "doubt",
    "Văn bản còn theo dõi thay đổi (track changes): đã lấy phần thêm vào, bỏ phần bị xóa.",
    "The text has tracked changes: what was inserted is taken, what was deleted is left out.",
)
_HIDDEN = ReadingNote(
    "hidden_text",
    "doubt",
    "Văn bản có chữ ẩn, đã bỏ qua.",
    "The text has hidden words, which were left out.",
)


def _row_of(cell: Any) -> Any:
    return next(parent for parent in cell.iterancestors() if parent.tag == f"{W}tr")


def _table_of(row: Any) -> Any:
    return next(parent for parent in row.iterancestors() if parent.tag == f"{W}tbl")


def _font_of(properties: Any) -> str:
    fonts = properties.find(f"{W}rFonts")
    if fonts is None:
        return ""
    return str(fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "").lower()


def _read_style_fonts(styles: Any) -> dict[str, str]:
    """The font of each paragraph style; "" is that of a paragraph that names no style."""
    own: dict[str, tuple[str, str]] = {}
    default = styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    base = _font_of(default) if default is not None else ""
    first = ""
    for style in styles.iterfind(f"{W}style"):
        properties, parent = style.find(f"{W}rPr"), style.find(f"{W}basedOn")
        font = _font_of(properties) if properties is not None else ""
        own[style.get(f"{W}styleId")] = (font, parent.get(f"{W}val") if parent is not None else "")
        if style.get(f"{W}default") == "1" and style.get(f"{W}type") == "paragraph":
            first = style.get(f"{W}styleId")

    def resolve(name: str, depth: int = 0) -> str:
        font, parent = own.get(name, ("", ""))
        return font or (resolve(parent, depth + 1) if parent and depth < 20 else base)

    return {name: resolve(name) for name in own} | {"": resolve(first)}


def _read_heads(styles: Any) -> dict[str, int]:
    """Heading levels, 1 to 9, by style."""
    heads: dict[str, int] = {}
    for style in styles.iterfind(f"{W}style"):
        name = style.find(f"{W}name")
        found = re.fullmatch(r"heading (\d)", name.get(f"{W}val", "").lower()) if name is not None else None
        if found:
            heads[style.get(f"{W}styleId")] = int(found.group(1))
    return heads


def _read_part(part: Any) -> list[Any]:
    """The notes of a part that python-docx does not parse itself."""
    from docx.oxml.parser import parse_xml

    root = part.element if hasattr(part, "element") else parse_xml(part.blob)
    return [child for child in root if child.tag in (f"{W}footnote", f"{W}endnote")]
