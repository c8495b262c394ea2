"""Metadata read from texts: invented heads of every form, and the real acts where they are at hand."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from assistant.evidence import Finding, find_dates, find_numbers, normal_number
from assistant.metadata import Metadata, form_id, make_document, read_metadata
from assistant.schema import Document

DATA = Path(__file__).parents[2] / "shared" / "data"
LAWS = sorted((DATA / "laws").glob("*.jsonl"))
needs_data = pytest.mark.skipif(not LAWS, reason="../shared/data is not beside this checkout")

DECREE = """CHÍNH PHỦ
-------
Số: 901/2031/NĐ-CP
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
---------------
Hà Nội, ngày 15 tháng 8 năm 2031

NGHỊ ĐỊNH
QUY ĐỊNH CHI TIẾT MỘT SỐ ĐIỀU CỦA LUẬT ĐÈN BIỂN

Căn cứ Luật Tổ chức Chính phủ ngày 19 tháng 6 năm 2015;
Căn cứ Luật Đèn biển số 900/2030/QH16 đã được sửa đổi theo Luật số 899/2031/QH16;
Căn cứ Luật Cầu phao ngày 12 tháng 6 năm 2028;
Theo đề nghị của Bộ trưởng Bộ Đèn;

Chương I
QUY ĐỊNH CHUNG
Điều 1. Phạm vi điều chỉnh
Nghị định này quy định về đèn biển.
Điều 2. Hiệu lực thi hành
1. Nghị định này có hiệu lực thi hành kể từ ngày 01 tháng 10 năm 2031, trừ khoản 3 Điều này.
2. Nghị định số 12/2020/NĐ-CP đã được sửa đổi, bổ sung một số điều theo Nghị định số 13/2021/NĐ-CP;
Nghị định số 14/2022/NĐ-CP hết hiệu lực kể từ ngày Nghị định này có hiệu lực thi hành.
3. Quy định tại Điều 1 của Nghị định này có hiệu lực thi hành từ ngày 01 tháng 01 năm 2032.
4. Bãi bỏ khoản 2 Điều 3 Nghị định số 15/2023/NĐ-CP.
"""
LAW = """QUỐC HỘI | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Luật số: 900/2030/QH16 | Độc lập – Tự do – Hạnh phúc

LUẬT
ĐÈN BIỂN

Căn cứ Hiến pháp nước Cộng hòa xã hội chủ nghĩa Việt Nam;
Quốc hội ban hành Luật Đèn biển.

Điều 1. Phạm vi
Luật này quy định về đèn biển.
Điều 2. Hiệu lực
Luật này có hiệu lực thi hành từ ngày 01 tháng 7 năm 2031.
Luật này được Quốc hội khóa XVI, kỳ họp thứ 2 thông qua ngày 10 tháng 12 năm 2030.
"""


def values(findings: tuple[Finding[str], ...]) -> list[str]:
    return [finding.value for finding in findings]


def assert_quotes_stand(text: str, metadata: Metadata) -> None:
    for name in Metadata.__dataclass_fields__:
        held = getattr(metadata, name)
        for finding in held if isinstance(held, tuple) else [held]:
            if isinstance(finding, Finding) and finding.end:
                assert text[finding.start : finding.end] == finding.quote, name


def test_a_decree_is_read_whole_with_evidence() -> None:
    bridges = Document(
        id="law-877-2028", language="vi", title="Luật Cầu phao", label="Luật Cầu phao 2028", kind="law",
        body="", number="877/2028/QH15", adopted=date(2028, 6, 12),
    )
    read = read_metadata(DECREE, held=[bridges])
    assert_quotes_stand(DECREE, read)
    assert read.id == "decree-901-2031" and read.kind.value == "decree"
    assert read.number and read.number.value == "901/2031/NĐ-CP"
    assert read.issuer and read.issuer.value == "Chính phủ" and read.issuer.how == "head"
    assert read.title.value == "Nghị định quy định chi tiết một số điều của Luật Đèn biển"
    assert read.adopted and read.adopted.value == date(2031, 8, 15)
    assert read.effective_from and read.effective_from.value == date(2031, 10, 1)
    assert "Nghị định này có hiệu lực" in read.effective_from.quote
    assert read.effective_note and "trừ khoản 3" in read.effective_note.value
    # The amending decree is not itself ended, and a part that goes is an amendment.
    assert values(read.replaces) == ["12/2020/NĐ-CP", "14/2022/NĐ-CP"]
    assert values(read.amends) == ["15/2023/NĐ-CP"]
    # Laws on how the Government works say nothing of what a decree carries out; a law cited by name
    # and date gets its number from the corpus.
    assert values(read.implements) == ["900/2030/QH16", "877/2028/QH15"]
    assert read.implements[0].confidence > read.implements[1].confidence


def test_a_law_takes_its_name_from_the_enacting_words_and_its_day_from_the_closing_ones() -> None:
    read = read_metadata(LAW)
    assert_quotes_stand(LAW, read)
    assert read.id == "law-900-2030" and read.title.value == "Luật Đèn biển"
    assert read.title.how == "enacting_words"
    assert read.adopted and read.adopted.value == date(2030, 12, 10)
    assert read.adopted.how == "closing_words"
    document = make_document(read, LAW, [], source_url=None, articles_total=2)
    assert document.label == "Luật Đèn biển 2030" and document.text_kind == "official"
    assert document.key == "law-900-2030.vi" and document.verified == "unverified"


@pytest.mark.parametrize(
    ("clause", "effective"),
    [
        ("Nghị định này có hiệu lực kể từ ngày ký ban hành.", date(2031, 8, 15)),
        ("Nghị định này có hiệu lực sau 45 ngày, kể từ ngày ký.", date(2031, 9, 29)),
        ("Nghị định này có hiệu lực từ ngày 1/11/2031.", date(2031, 11, 1)),
        ("Nghị định này có hiệu lực sau 15 ngày kể từ ngày đăng Công báo.", None),
        ("Khoản 1 của Nghị định này có hiệu lực từ ngày 1/11/2031.", None),
    ],
)
def test_the_day_of_effect_is_the_texts_own(clause: str, effective: date | None) -> None:
    text = DECREE[: DECREE.index("1. Nghị định này có hiệu lực")] + clause + "\n"
    found = read_metadata(text).effective_from
    assert (found.value if found else None) == effective


def test_an_english_decree() -> None:
    text = (
        "THE GOVERNMENT\nNo: 901/2031/ND-CP\nSOCIALIST REPUBLIC OF VIET NAM\nIndependence - Freedom\n"
        "Hanoi, 15 August 2031\n\nDECREE\nOn lighthouses\n\nPursuant to the Law on Lighthouses No."
        " 900/2030/QH16;\n\nArticle 1. Scope\nThis Decree is on lights.\nArticle 2. Effect\n"
        "1. This Decree comes into force from October 01, 2031.\n"
        "2. This Decree replaces Decree No. 12/2020/ND-CP dated 1 March 2020.\n"
    )
    read = read_metadata(text)
    assert_quotes_stand(text, read)
    assert read.id == "decree-901-2031" and read.language.value == "en"
    assert read.title.value == "Decree on lighthouses"
    assert read.issuer and read.issuer.value == "Government"
    assert read.adopted and read.adopted.value == date(2031, 8, 15)
    assert read.effective_from and read.effective_from.value == date(2031, 10, 1)
    assert values(read.replaces) == ["12/2020/NĐ-CP"]
    assert values(read.implements) == ["900/2030/QH16"]


def test_a_treaty() -> None:
    text = (
        "COUNCIL OF EUROPE\nEuropean Treaty Series - No. 901\n\nConvention on Lighthouses\n\n"
        "Budapest, 23.XI.2031\n\nPreamble\n\nThe member States,\n\nArticle 1 – Terms\nA light is a light.\n"
        "Article 2 – Keeping\nEach Party shall keep its lights.\n"
    )
    read = read_metadata(text)
    assert read.id == "treaty-cets-901" and read.kind.value == "treaty"
    assert read.title.value == "Convention on Lighthouses"
    assert read.adopted and read.adopted.value == date(2031, 11, 23)
    assert read.effective_from is None


def test_an_article_about_a_law_is_not_that_law() -> None:
    text = (
        "# Two countries sign on lighthouses\n\nPublished: 14 November 2031\n\nThe ministers spoke of"
        " Law No. 900/2030/QH16, which takes effect soon.\n"
    )
    read = read_metadata(text)
    assert read.kind.value == "article" and read.number is None
    assert read.id == "topic-two-countries-sign-on-lighthouses"
    assert read.title.value == "Two countries sign on lighthouses"


def test_the_number_may_come_from_the_file_name_and_says_so() -> None:
    text = "Điều 1. Phạm vi\nLuật này quy định.\nĐiều 2. Từ ngữ\nLuật này dùng các từ.\n"
    read = read_metadata(text, file_name="901-2031-ND-CP.docx")
    assert read.number and (read.number.value, read.number.how) == ("901/2031/NĐ-CP", "file_name")
    assert read.number.confidence <= 0.5


def test_a_number_the_corpus_holds_gives_its_id() -> None:
    held = Document(
        id="lighthouse-law", language="en", title="x", label="x", kind="law", body="",
        number="900/2030/QH16",
    )
    assert read_metadata(LAW, held=[held]).id == "lighthouse-law"


@pytest.mark.parametrize(
    ("kind", "number", "adopted", "id_"),
    [
        ("decision", "964/QĐ-TTg", date(2022, 8, 10), "decision-964-qd-ttg-2022"),
        ("decision", "36/2018/QĐ-TTg", date(2018, 8, 24), "decision-36-2018-qd-ttg"),
        ("circular", "13/2001/TT-BTC", None, "circular-13-2001-tt-btc"),
        ("resolution", "203/2025/QH15", None, "resolution-203-2025-qh15"),
        ("treaty", "CETS 185", date(2001, 11, 23), "treaty-cets-185"),
    ],
)
def test_ids_have_the_corpus_form(kind: str, number: str, adopted: date | None, id_: str) -> None:
    assert form_id(kind, number, "", adopted) == id_


def test_numbers_and_dates_in_all_their_spellings() -> None:
    assert normal_number("28 /2003/NÐ - CP") == "28/2003/NĐ-CP"
    assert normal_number("40   /2000/TT/BTC") == "40/2000/TT/BTC"
    text = "số 33/2007/PL-UBTVQH11 và 964/QĐ-TTg, (EU) 2022/2555 nhưng không phải 12/2025 hay 3/4"
    assert [m.group() for m in find_numbers(text)] == [
        "33/2007/PL-UBTVQH11", "964/QĐ-TTg", "(EU) 2022/2555",
    ]
    written = "ngày 8 tháng 3 năm 2001; 26/8/1999; June 12, 2018; 24th day of March 2020; 31/02/2020"
    assert [day for day, _, _ in find_dates(written)] == [
        date(2001, 3, 8), date(1999, 8, 26), date(2018, 6, 12), date(2020, 3, 24),
    ]


@needs_data
@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_real_acts_give_their_number_and_day_of_effect(path: Path) -> None:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    number, law = rows[0]["doc"], "QH" in rows[0]["doc"]
    label, kind = ("Luật số", "LUẬT") if law else ("Số", "NGHỊ ĐỊNH")
    articles = "\n\n".join(f"Điều {r['dieu']}. {r['title']}\n{r['text']}" for r in rows)
    head = f"{label}: {number}\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập – Tự do\n\n{kind}\nVỀ VIỆC ẤY\n\n"
    text = unicodedata.normalize("NFC", head + articles)
    read = read_metadata(text)
    assert_quotes_stand(text, read)
    assert read.number and read.number.value == number
    assert read.effective_from and read.effective_from.value.isoformat() == rows[0]["effective_from"]
    assert number not in values(read.replaces) + values(read.amends)


@needs_data
def test_the_acts_that_laws_say_they_replace() -> None:
    known = {
        "116-2025-QH15": ["86/2015/QH13", "24/2018/QH14"],
        "103-2025-QH15": ["08/2007/QH12"],
        "108-2016-QH13": ["41/2005/QH11"],
        "356-2025-ND-CP": ["13/2023/NĐ-CP"],
        "70-2020-QH14": ["33/2007/PL-UBTVQH11"],
        "24-2018-QH14": [],
    }
    for stem, replaced in known.items():
        lines = (DATA / "laws" / f"{stem}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        text = "\n\n".join(f"Điều {r['dieu']}. {r['title']}\n{r['text']}" for r in rows)
        assert values(read_metadata(text).replaces) == replaced, stem


@needs_data
@pytest.mark.parametrize(
    ("name", "number", "adopted"),
    [
        ("tcvn3/2003-A28.txt", "40/2000/TT/BTC", date(2000, 5, 15)),
        ("tcvn3/2003-TT132001.txt", "13/2001/TT-BTC", date(2001, 3, 8)),
        ("tcvn3/2004-0328NDCP.txt", "28/2003/NĐ-CP", date(2003, 3, 31)),
        ("tcvn3/2004-NghiDinh29_1998.txt", "29/1998/NĐ-CP", date(1998, 5, 11)),
        ("tcvn3/2007-1AF57_02-2007.txt", None, None),
        ("ocr-luat-116-2025.txt", "116/2025", date(2025, 12, 10)),
    ],
)
def test_real_texts_of_old_and_bad_files(name: str, number: str | None, adopted: date | None) -> None:
    text = unicodedata.normalize("NFC", (DATA / "messy" / name).read_text(encoding="utf-8"))
    read = read_metadata(text)
    assert_quotes_stand(text, read)
    assert (read.number.value if read.number else None) == number
    assert (read.adopted.value if read.adopted else None) == adopted
