"""Files that tests read, made on the spot: nothing real is copied into the project."""

from __future__ import annotations

import ctypes
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image, ImageDraw, ImageFont

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
LAW = (
    "QUỐC HỘI",
    "Luật số: 999/2031/QH19",
    "LUẬT THỬ NGHIỆM AN TOÀN",
    "Điều 1. Phạm vi điều chỉnh",
    "Luật này quy định về thử nghiệm an toàn; quyền, nghĩa vụ của cơ quan, tổ chức, cá nhân có liên quan.",
    "Điều 2. Giải thích từ ngữ",
    "1. Thử nghiệm an toàn là việc kiểm tra khả năng chống chịu của hệ thống thông tin.",
    "2. Kết quả thử nghiệm được lưu giữ trong thời hạn mười hai tháng.",
    "Điều 3. Hiệu lực thi hành",
    "Luật này có hiệu lực thi hành từ ngày 01 tháng 01 năm 2032.",
)

# A line of a page: its text, and its place from the left and the top in points.
Placed = tuple[str, float, float]


def make_pdf(
    path: Path,
    pages: Sequence[Sequence[Placed]],
    pictures: dict[int, Image.Image] | None = None,
    *,
    hidden: bool = False,
) -> Path:
    """A PDF of A4 pages with a real text layer; `pictures` fill their page, under its text.

    `hidden` text is not painted, as scanners lay it over what they recognised.
    """
    document = pdfium.PdfDocument.new()
    data = FONT.read_bytes()
    buffer = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
    font = raw.FPDFText_LoadFont(document.raw, buffer, len(data), raw.FPDF_FONT_TRUETYPE, 1)
    for number, lines in enumerate(pages):
        page = document.new_page(595, 842)
        if pictures and number in pictures:
            _insert_picture(document, page, pictures[number])
        for text, left, top in lines:
            item = raw.FPDFPageObj_CreateTextObj(document.raw, font, 11.0)
            raw.FPDFText_SetText(item, _wide(text))
            if hidden:
                raw.FPDFTextObj_SetTextRenderMode(item, raw.FPDF_TEXTRENDERMODE_INVISIBLE)
            raw.FPDFPageObj_Transform(item, 1, 0, 0, 1, left, 842 - top)
            raw.FPDFPage_InsertObject(page.raw, item)
        page.gen_content()
    document.save(path)
    document.close()
    return path


def _wide(text: str) -> Any:
    data = text.encode("utf-16-le") + b"\0\0"
    return ctypes.cast(ctypes.create_string_buffer(data, len(data)), ctypes.POINTER(ctypes.c_ushort))


def _insert_picture(document: Any, page: Any, picture: Image.Image) -> None:
    item = pdfium.PdfImage.new(document)
    item.set_bitmap(pdfium.PdfBitmap.from_pil(picture))
    item.set_matrix(pdfium.PdfMatrix().scale(595, 842))
    page.insert_obj(item)


def draw_page(lines: Sequence[str], size: int = 26) -> Image.Image:
    """A scan: black on white at 150 dpi, with no text layer."""
    picture = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(FONT), size)
    for place, line in enumerate(lines):
        draw.text((110, 120 + place * 2 * size), line, fill="black", font=font)
    return picture


def place_lines(lines: Sequence[str], left: float = 70, top: float = 80, step: float = 16) -> list[Placed]:
    """Lines under one another."""
    return [(line, left, top + place * step) for place, line in enumerate(lines)]


def make_blank_pdf(path: Path, pages: int) -> Path:
    """A PDF of very many empty pages in few bytes."""
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + pages))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {pages}/Kids[{kids}]>>"]
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"] * pages
    return write_pdf(path, objects)


def write_pdf(path: Path, objects: Sequence[str], trailer: str = "") -> Path:
    """A PDF of the given objects, numbered from 1; the first is the catalogue."""
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.writelines(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out.write(f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\n".encode())
    out.write(f"startxref\n{start}\n%%EOF\n".encode())
    path.write_bytes(out.getvalue())
    return path


def make_locked_pdf(path: Path) -> Path:
    """A PDF whose password is not the empty one."""
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        f"<</Filter/Standard/V 1/R 2/P -4/O<{'11' * 32}>/U<{'22' * 32}>>>",
    ]
    return write_pdf(path, objects, f"/Encrypt 4 0 R/ID[<{'33' * 16}><{'33' * 16}>]")


def make_docx(path: Path, lines: Sequence[str] = LAW) -> Path:
    """A DOCX of plain paragraphs."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(path))
    return path


def make_zip(path: Path, members: dict[str, bytes]) -> Path:
    """A ZIP of the given members, in their order."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path
