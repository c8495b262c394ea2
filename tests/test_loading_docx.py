"""DOCX: what a reader of the page sees, numbers and footnotes included."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from made_files import LAW, make_docx

from assistant.errors import MissingToolError
from assistant.loading.docx_numbering import write_number
from assistant.loading.extracted import ExtractedText
from assistant.loading.reading import read_source


def read(path: Path) -> ExtractedText:
    (found,) = read_source(path)
    return found


def lines_of(document: Any, path: Path) -> list[str]:
    document.save(str(path))
    return read(path).text.strip().split("\n")


def number_lists(document: Any, levels: list[tuple[str, str]], override: str = "") -> str:
    """A list of the given (format, pattern) levels; returns its id."""
    numbering = document.part.numbering_part.element
    marks = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for depth, (kind, pattern) in enumerate(levels)
    )
    list_id = str(900 + len(numbering))
    abstract = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{list_id}">{marks}</w:abstractNum>'
    numbering.insert(0, parse_xml(abstract))
    used = f'<w:num {nsdecls("w")} w:numId="{list_id}"><w:abstractNumId w:val="{list_id}"/>{override}</w:num>'
    numbering.append(parse_xml(used))
    return list_id


def add_numbered(document: Any, text: str, list_id: str, depth: int) -> None:
    paragraph = document.add_paragraph(text)
    mark = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>'
    paragraph._p.get_or_add_pPr().append(parse_xml(mark))


def test_automatic_numbers_are_written(tmp_path: Path) -> None:
    document = docx.Document()
    law = number_lists(
        document, [("decimal", "Điều %1."), ("decimal", "%2."), ("lowerLetter", "%3)"), ("bullet", "")]
    )
    for text, depth in (
        ("Phạm vi", 0), ("Luật này quy định", 1), ("Cơ quan;", 2), ("Cá nhân.", 2), ("Luật này áp dụng", 1),
        ("Giải thích", 0), ("Từ ngữ", 1), ("Từ;", 2), ("kèm theo", 3),
    ):  # fmt: skip
        add_numbered(document, text, law, depth)
    assert lines_of(document, tmp_path / "a.docx") == [
        "Điều 1. Phạm vi", "1. Luật này quy định", "a) Cơ quan;", "b) Cá nhân.", "2. Luật này áp dụng",
        "Điều 2. Giải thích", "1. Từ ngữ", "a) Từ;", "- kèm theo",
    ]  # fmt: skip


def test_numbers_of_styles_and_of_lists_that_start_elsewhere(tmp_path: Path) -> None:
    document = docx.Document()
    start = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'
    articles = number_lists(document, [("decimal", "Điều %1.")], start)
    chapters = number_lists(document, [("upperRoman", "Chương %1")])
    style = document.styles.add_style("Chuong", 1)
    mark = f'<w:numPr {nsdecls("w")}><w:numId w:val="{chapters}"/></w:numPr>'
    style.element.get_or_add_pPr().append(parse_xml(mark))
    document.add_paragraph("CHUNG", style="Chuong")
    add_numbered(document, "Bảy", articles, 0)
    add_numbered(document, "Tám", articles, 0)
    document.add_paragraph("RIÊNG", style="Chuong")
    assert lines_of(document, tmp_path / "a.docx") == [
        "Chương I CHUNG", "Điều 7. Bảy", "Điều 8. Tám", "Chương II RIÊNG",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [(4, "lowerLetter", "d"), (28, "lowerLetter", "bb"), (9, "upperRoman", "IX"), (3, "decimalZero", "03")],
)
def test_number_formats(value: int, kind: str, written: str) -> None:
    assert write_number(value, kind) == written


def test_the_head_in_two_columns_is_read_as_text_and_data_as_a_table(tmp_path: Path) -> None:
    document = docx.Document()
    head = document.add_table(rows=1, cols=2)
    head.cell(0, 0).text = "QUỐC HỘI\nLuật số: 9/2031/QH19"
    head.cell(0, 1).text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"
    document.add_paragraph("Điều 1. Biểu phí")
    data = document.add_table(rows=3, cols=2)
    for place, text in enumerate(("Mức", "Phí", "1", "10 | 20", "2", "30")):
        data.cell(place // 2, place % 2).text = text
    document.add_paragraph("Điều 2. Hiệu lực")
    assert lines_of(document, tmp_path / "a.docx") == [
        "QUỐC HỘI", "Luật số: 9/2031/QH19", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc", "Điều 1. Biểu phí", "| Mức | Phí |", "| --- | --- |",
        "| 1 | 10 / 20 |", "| 2 | 30 |", "Điều 2. Hiệu lực",
    ]  # fmt: skip


def test_cells_that_span_columns_and_rows_keep_the_others_in_theirs(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for place in range(9):
        table.cell(place // 3, place % 3).text = f"mục {place}"
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(1, 2).merge(table.cell(2, 2))
    document.add_paragraph("Hết bảng.")
    assert lines_of(document, tmp_path / "a.docx") == [
        "| mục 0 mục 1 |  | mục 2 |", "| --- | --- | --- |", "| mục 3 | mục 4 | mục 5 mục 8 |",
        "| mục 6 | mục 7 |  |", "Hết bảng.",
    ]  # fmt: skip


def insert_runs(paragraph: Any, inner: str) -> None:
    for child in parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"):
        paragraph._p.append(child)


def test_insertions_are_in_deletions_and_hidden_words_out_and_that_is_said(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Luật này ")
    insert_runs(
        paragraph,
        '<w:ins w:id="1" w:author="a"><w:r><w:t>không </w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="a"><w:r><w:delText>chưa </w:delText></w:r></w:del>'
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>BỎ QUA </w:t></w:r>"
        "<w:sdt><w:sdtContent><w:r><w:t>áp dụng</w:t></w:r></w:sdtContent></w:sdt>",
    )
    document.save(str(tmp_path / "a.docx"))
    found = read(tmp_path / "a.docx")
    assert found.text.strip() == "Luật này không áp dụng"
    assert [note.code for note in found.notes] == ["tracked_changes", "hidden_text"]


def test_footnotes_stand_at_the_end_with_the_numbers_of_the_text(tmp_path: Path) -> None:
    make_docx(tmp_path / "plain.docx")
    notes = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:id="0" w:type="separator"><w:p/></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>Sửa đổi năm 2033.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    with zipfile.ZipFile(tmp_path / "plain.docx") as plain, zipfile.ZipFile(tmp_path / "a.docx", "w") as out:
        for member in plain.namelist():
            data = plain.read(member).decode("utf-8") if member.endswith((".xml", ".rels")) else ""
            data = data.replace("Phạm vi điều chỉnh</w:t>", 'Phạm vi</w:t><w:footnoteReference w:id="2"/>')
            data = data.replace(
                "</Relationships>",
                '<Relationship Id="rId99" Target="footnotes.xml" Type="http://schemas.openxmlformats.org/'
                'officeDocument/2006/relationships/footnotes"/></Relationships>'
                if member == "word/_rels/document.xml.rels"
                else "</Relationships>",
            )
            data = data.replace(
                "</Types>",
                '<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-'
                'officedocument.wordprocessingml.footnotes+xml"/></Types>',
            )
            out.writestr(member, data or plain.read(member))
        out.writestr("word/footnotes.xml", notes)
    lines = read(tmp_path / "a.docx").text.strip().split("\n")
    assert lines[3] == "Điều 1. Phạm vi[1]" and lines[-1] == "[1] Sửa đổi năm 2033."


def test_fonts_of_capitals_and_of_old_encodings(tmp_path: Path) -> None:
    document = docx.Document()
    for text, font in (
        ("c«ng hoµ x· héi chñ nghÜa viÖt nam", ".VnTimeH"),
        ("§iÒu 1. Ph¹m vi ®iÒu chØnh", ".VnTime"),
        ("LuËt nµy quy ®Þnh vÒ an ninh m¹ng vµ b¶o vÖ an ninh m¹ng.", ".VnTime"),
        ("Phần này đã là Unicode từ trước.", "Times New Roman"),
    ):
        document.add_paragraph().add_run(text).font.name = font
    document.save(str(tmp_path / "a.docx"))
    found = read(tmp_path / "a.docx")
    assert found.text.strip().split("\n") == [
        "CÔNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Điều 1. Phạm vi điều chỉnh",
        "Luật này quy định về an ninh mạng và bảo vệ an ninh mạng.",
        "Phần này đã là Unicode từ trước.",
    ]
    assert found.encoding == "tcvn3" and [note.severity for note in found.notes] == ["repair"]


def test_headings_are_marked_where_no_article_says_what_they_are(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Hợp tác quốc tế", level=1)
    document.add_paragraph("Bài viết về hợp tác.")
    assert lines_of(document, tmp_path / "a.docx")[0] == "# Hợp tác quốc tế"
    document.add_heading("Điều 1. Phạm vi", level=2)
    assert lines_of(document, tmp_path / "b.docx") == [
        "Hợp tác quốc tế", "Bài viết về hợp tác.", "Điều 1. Phạm vi",
    ]  # fmt: skip


# DOC and RTF


RTF = (
    r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 .VnTime;}}\f0 \'a7i\'d2u 1. Ph\'b9m vi \'aei\'d2u ch\'d8nh\par "
    r"LuËt nµy quy ®Þnh vÒ an ninh m¹ng vµ b¶o vÖ an ninh m¹ng.\par }"
)


def has_libreoffice() -> bool:
    from shutil import which

    return bool(which("soffice") or which("libreoffice"))


@pytest.mark.skipif(not has_libreoffice(), reason="needs LibreOffice (.ci/run installs it)")
def test_rtf_in_an_old_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_bytes(RTF.encode("cp1252"))
    found = read(tmp_path / "a.doc")
    assert found.format == "rtf" and found.encoding == "tcvn3"
    assert found.text.strip().split("\n") == [
        "Điều 1. Phạm vi điều chỉnh",
        "Luật này quy định về an ninh mạng và bảo vệ an ninh mạng.",
    ]


@pytest.mark.slow
@pytest.mark.skipif(not has_libreoffice(), reason="needs LibreOffice (.ci/run installs it)")
# LibreOffice itself writes ? for letters beyond ASCII in the numbers of an RTF.
@pytest.mark.parametrize(("kind", "word"), [("odt", "Điều"), ("doc", "Điều"), ("rtf", "Article")])
def test_what_libreoffice_writes_keeps_its_numbers(kind: str, word: str, tmp_path: Path) -> None:
    document = docx.Document()
    law = number_lists(document, [("decimal", f"{word} %1."), ("decimal", "%2.")])
    for text, depth in (("Phạm vi điều chỉnh", 0), ("Luật này quy định về thử nghiệm.", 1), ("Hiệu lực", 0)):
        add_numbered(document, text, law, depth)
    document.save(str(tmp_path / "a.docx"))
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", kind, "--outdir", str(tmp_path), str(tmp_path / "a.docx")]
    subprocess.run(command, check=True, capture_output=True)
    found = read(tmp_path / f"a.{kind}")
    assert found.format == kind
    assert found.text.split("\n")[:3] == [
        f"{word} 1. Phạm vi điều chỉnh", "1. Luật này quy định về thử nghiệm.", f"{word} 2. Hiệu lực",
    ]  # fmt: skip


def test_without_libreoffice_rtf_is_refused_with_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.rtf").write_bytes(RTF.encode("cp1252"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="apt-get install libreoffice-writer-nogui"):
        read_source(tmp_path / "a.rtf")


def test_the_law_itself(tmp_path: Path) -> None:
    assert read(make_docx(tmp_path / "a.docx")).text == "\n".join(LAW) + "\n"
