"""PDF: which pages are read from their text and which from their picture, and lines to paragraphs."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from made_files import FONT, LAW, draw_page, make_pdf, place_lines
from PIL import Image, ImageDraw, ImageFont

from assistant.errors import CancelledError, MissingToolError
from assistant.loading.extracted import ExtractedText
from assistant.loading.page_lines import PageLine
from assistant.loading.paragraphs import drop_furniture, join_lines
from assistant.loading.reading import read_source
from assistant.loading.recognition import require_tesseract

SIGNATURE = ("Ký bởi: Cổng Thông tin điện tử", "Email: thongtin@example.vn", "Thời gian ký: 29.04.2026")
SCANNED = (
    "Điều 4. Trách nhiệm của cơ quan",
    "1. Cơ quan nhà nước công bố kết quả thử nghiệm.",
    "2. Tổ chức, cá nhân cung cấp thông tin theo yêu cầu.",
    "Điều 5. Điều khoản chuyển tiếp",
    "Thông tư số 12/2030/TT-BTC hết hiệu lực kể từ ngày ký.",
)


def has_tesseract() -> bool:
    try:
        require_tesseract("")
    except MissingToolError:
        return False
    return True


recognises = pytest.mark.skipif(
    not has_tesseract(), reason="needs tesseract-ocr and tesseract-ocr-vie (.ci/run installs them)"
)


def read(path: Path) -> ExtractedText:
    (found,) = read_source(path)
    return found


def codes(text: ExtractedText) -> set[str]:
    return {note.code for note in text.notes}


def test_pages_begin_where_they_say(tmp_path: Path) -> None:
    pages = [place_lines(LAW[:4]), place_lines(LAW[4:7]), [], place_lines(LAW[7:])]
    found = read(make_pdf(tmp_path / "a.pdf", pages))
    assert found.pages == 4 and found.ocr_confidence is None
    assert found.text[found.page_starts[1] :].startswith(LAW[4])
    assert found.page_starts[2] == found.page_starts[3]
    assert found.text[found.page_starts[3] :].startswith(LAW[7])


@recognises
def test_a_scanned_page_is_recognised_and_says_how_surely(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [place_lines(LAW), []], {1: draw_page(SCANNED)})
    calls: list[str] = []
    (found,) = read_source(path, progress=lambda done, total, what: calls.append(what))
    assert found.text.split("\n")[:10] == list(LAW)
    assert found.text[found.page_starts[1] :].strip().split("\n") == list(SCANNED)
    assert found.ocr_confidence is not None and found.ocr_confidence > 85
    assert [note.where for note in found.notes if note.code == "ocr"] == ["page 2"]
    assert "OCR a.pdf" in calls


@recognises
def test_a_layer_that_holds_only_the_signature_is_no_text(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [place_lines(SIGNATURE, left=400, top=30)], {0: draw_page(SCANNED)})
    found = read(path)
    assert found.text.strip().split("\n") == list(SCANNED)
    (note,) = (note for note in found.notes if note.code == "signature")
    assert "thongtin@example.vn" in note.en


@recognises
def test_a_page_half_text_and_half_picture_is_read_once_and_whole(tmp_path: Path) -> None:
    picture = draw_page(["", "", "", "", *SCANNED])
    typed = place_lines(LAW[3:5], left=70, top=70)
    found = read(make_pdf(tmp_path / "a.pdf", [typed], {0: picture}))
    assert found.text.strip().split("\n") == [*LAW[3:5], *SCANNED]


@recognises
def test_a_layer_without_tone_marks_over_a_scan_is_not_believed(tmp_path: Path) -> None:
    """What a scanner's own recognition leaves when it takes Vietnamese for English."""
    poor = [
        "Dieu 4. Trach nhiem cua co quan trong viec to chuc thu nghiem an toan",
        "1. Co quan nha nuoc cong bo ket qua thu nghiem theo quy dinh cua phap luat",
        "2. To chuc, ca nhan cung cap thong tin theo yeu cau cua co quan nha nuoc",
    ]
    path = make_pdf(tmp_path / "a.pdf", [place_lines(poor)], {0: draw_page(SCANNED)}, hidden=True)
    found = read(path)
    assert found.text.strip().split("\n") == list(SCANNED)
    assert any("garbled" in note.en for note in found.notes)


def test_a_searchable_scan_is_read_from_its_layer(tmp_path: Path) -> None:
    """Every printed line has its text over it: nothing is left to recognise."""
    layer = [(line, 52.8, 57.6 + place * 24.96 + 11) for place, line in enumerate(SCANNED)]
    path = make_pdf(tmp_path / "a.pdf", [layer], {0: draw_page(SCANNED, size=24)}, hidden=True)
    found = read(path)
    assert found.text.strip().split("\n") == list(SCANNED) and codes(found) == set()


def test_letters_of_a_second_font_stand_in_their_words(tmp_path: Path) -> None:
    """A font without Vietnamese letters has them supplied by another, after all its own."""
    line = "Luật này quy định về an ninh mạng"
    width = ImageFont.truetype(str(FONT), 11).getlength
    letters = [(x, 70 + width(line[:place]), 100.0) for place, x in enumerate(line) if x != " "]
    page = sorted(letters, key=lambda placed: not placed[0].isascii())
    assert read(make_pdf(tmp_path / "a.pdf", [page])).text == line + "\n"


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_turned_and_cropped_page_is_read_from_its_layer(turned: int, tmp_path: Path) -> None:
    """Its letters lie elsewhere in the file than on the page as shown."""
    path = make_pdf(tmp_path / "a.pdf", [place_lines(SCANNED)], {0: draw_page([])})
    document = pdfium.PdfDocument(path)
    document[0].set_rotation(turned)
    document[0].set_cropbox(50, 100, 560, 800)
    document.save(tmp_path / "b.pdf")
    found = read(tmp_path / "b.pdf")
    assert sorted(found.text.split()) == sorted(" ".join(SCANNED).split()) and not codes(found)


@recognises
def test_a_photograph_adds_no_words(tmp_path: Path) -> None:
    photo = Image.new("RGB", (1240, 1754), "white")
    photo.paste(Image.radial_gradient("L").resize((500, 500)), (350, 1000))
    ImageDraw.Draw(photo).ellipse((500, 1100, 700, 1300), fill="black")
    found = read(make_pdf(tmp_path / "a.pdf", [place_lines(LAW)], {0: photo}))
    assert found.text.strip().split("\n") == list(LAW)


def test_without_tesseract_a_scan_is_refused_with_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_pdf(tmp_path / "a.pdf", [place_lines(LAW), []], {1: draw_page(SCANNED)})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="apt-get install tesseract-ocr tesseract-ocr-vie"):
        read_source(path)


@recognises
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_cancelling_ends_the_recognition_too(tmp_path: Path) -> None:
    pages: list[list[tuple[str, float, float]]] = [[]] * 6
    path = make_pdf(tmp_path / "a.pdf", pages, dict.fromkeys(range(6), draw_page(SCANNED * 5)))
    began: list[float] = []

    def follow(done: int, total: int, what: str) -> None:
        if what.startswith("OCR") and done >= 1:
            began.append(time.monotonic())

    with pytest.raises(CancelledError):
        read_source(path, progress=follow, cancelled=lambda: bool(began))
    time.sleep(0.2)
    mine = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in mine.splitlines() if "tesseract" in line and "assistant-reading-" in line]


@pytest.mark.parametrize(
    ("words", "unsure"),
    [
        ([("Số:", 95), ("445/NQ-CP", 31)], ["Số: 445/NQ-CP"]),
        ([("Số:", 95), ("445", 90), ("/NQ-CP", 90)], ["Số: 445 /NQ-CP"]),
        ([("Hà Nội, ngày", 90), ("#3", 90), ("tháng 4 năm 2026", 90)],
         ["Hà Nội, ngày #3 tháng 4 năm 2026"]),
        ([("Số:", 95), ("445/NQ-CP", 91)], []),
        ([("Điều", 95), ("4.", 20)], []),
    ],
)  # fmt: skip
def test_the_hand_written_number_is_doubted(words: list[tuple[str, int]], unsure: list[str]) -> None:
    from assistant.loading.recognition import _read_table

    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    rows = [
        f"5\t1\t1\t1\t1\t{n}\t{n * 90}\t10\t80\t20\t{conf}\t{word}" for n, (word, conf) in enumerate(words)
    ]
    assert _read_table(head + "\n".join(rows), 0.3, 842).unsure == unsure


# Lines to paragraphs


def make_lines(*texts: str, indented: tuple[int, ...] = ()) -> list[PageLine]:
    """Lines under one another that end where their length says; a full one has 80 letters or more."""
    lines = []
    for place, text in enumerate(texts):
        start = 100 if place in indented else 72
        right = 522 if len(text) >= 72 else 72 + 5.4 * len(text)
        lines.append(PageLine(text, start, 780 - 16.0 * place, right, 792 - 16.0 * place))
    return lines


def joined(*pages: list[PageLine]) -> list[str]:
    return "".join(join_lines(list(pages))).rstrip("\n").split("\n")


def test_wrapped_lines_are_one_paragraph_and_units_begin_another() -> None:
    page = make_lines(
        "Điều 6. Trách nhiệm của cơ quan quản lý nhà nước về thử nghiệm an toàn đối với hệ",
        "thống thông tin quan trọng",
        "1. Cơ quan quản lý nhà nước chịu trách nhiệm trước pháp luật theo quy định tại khoản",
        "2. Điều này và văn bản khác có liên quan.",
        "2. Việc công bố kết quả thực hiện theo Điều 7 và",
        "Điều 8 của Luật này.",
        "a) Công bố kết quả thử nghiệm;",
        "b) Lưu giữ kết quả.",
    )
    assert joined(page) == [
        "Điều 6. Trách nhiệm của cơ quan quản lý nhà nước về thử nghiệm an toàn đối với hệ thống thông tin"
        " quan trọng",
        "1. Cơ quan quản lý nhà nước chịu trách nhiệm trước pháp luật theo quy định tại khoản 2. Điều này"
        " và văn bản khác có liên quan.",
        "2. Việc công bố kết quả thực hiện theo Điều 7 và",
        "Điều 8 của Luật này.",
        "a) Công bố kết quả thử nghiệm;",
        "b) Lưu giữ kết quả.",
    ]


def test_titles_set_in_lines_stay_apart() -> None:
    page = make_lines("Chương I", "NHỮNG QUY ĐỊNH CHUNG", "Điều 1. Phạm vi", "Luật này quy định.")
    assert joined(page) == [line.text for line in page]


def test_a_sentence_that_ends_at_the_margin_is_told_by_the_indentation() -> None:
    full = "Cơ quan quản lý nhà nước có trách nhiệm công bố kết quả thử nghiệm theo quy định."
    page = make_lines(full, full, "Tổ chức thực hiện.", full, "Cá nhân thực hiện.", indented=(0, 3, 4))
    assert joined(page) == [f"{full} {full} Tổ chức thực hiện.", full, "Cá nhân thực hiện."]


def test_a_paragraph_goes_on_over_the_page_without_its_heads_and_numbers() -> None:
    pages = [
        make_lines(
            f"CÔNG BÁO/Số {number + 3}/Ngày 1-2-2031",
            f"quản lý {part}.",
            "1. Tổ chức cung cấp thông tin.",
            "2. Cá nhân cung cấp thông tin.",
            "3. Cơ quan quản lý nhà nước có trách nhiệm công bố kết quả thử nghiệm theo yêu cầu của cơ quan",
            f"- {number} -",
        )
        for number, part in enumerate(("đất đai", "giá", "thông tin mạng"), start=1)
    ]
    found = joined(*pages)
    assert len(found) == 10 and found[3].endswith("theo yêu cầu của cơ quan quản lý giá.")
    assert not any("CÔNG BÁO" in line or "-" in line for line in found)


def test_a_law_number_broken_at_its_hyphen_is_whole_again() -> None:
    page = make_lines(
        "Căn cứ Tờ trình của Bộ trưởng Bộ Nông nghiệp và Môi trường tại văn bản số 4017/TTr-",
        "BNNMT ngày 23 tháng 4 năm 2026 về thử nghiệm.",
        "The parties shall establish an inter-agency working group and an information-",
        "sharing mechanism; information sharing is inter-",
        "national cooperation.",
    )
    found = joined(page)
    assert "4017/TTr-BNNMT ngày" in found[0]
    assert "information-sharing mechanism" in found[1]


def test_an_article_at_the_head_of_every_page_is_no_furniture() -> None:
    pages = [make_lines(f"Điều {number}. Quy định", f"Nội dung thứ {number}.") for number in range(1, 6)]
    assert drop_furniture(pages) == pages


def test_paragraphs_survive_as_many_pages_as_a_book_has() -> None:
    """Joining looks at the next line only: the time is that of the number of lines."""
    line = "Cơ quan quản lý nhà nước có trách nhiệm công bố kết quả thử nghiệm theo quy định của"
    page = make_lines(*[line] * 40)
    began = time.process_time()
    join_lines([page] * 50)
    small = time.process_time() - began
    began = time.process_time()
    join_lines([page] * 200)
    assert time.process_time() - began < 8 * small + 1


def test_the_tools_of_recognition_are_there_in_ci() -> None:
    if os.environ.get("CI"):
        assert shutil.which("tesseract") and has_tesseract()
