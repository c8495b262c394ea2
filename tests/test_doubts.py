"""Doubts of texts: each is raised by a text that deserves it, and by no sound one."""

from __future__ import annotations

import json
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.doubts import Doubt, doubt_codes, make_doubt, severe_doubts
from assistant.doubts_corpus import find_corpus_doubts, sentences_of
from assistant.doubts_text import find_text_doubts
from assistant.loading.extracted import ExtractedText
from assistant.metadata import make_document, read_metadata
from assistant.schema import Document
from assistant.structure import parse_structure

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="../shared/data is not beside this checkout"
)
SUBJECTS = ("đèn", "phao", "luồng", "cảng", "tàu", "hải đồ", "âu thuyền", "triều")


def law(
    *,
    number: str = "900/2030/QH16",
    articles: Sequence[int] = range(1, 9),
    word: str = "Luật",
    closing: str = "khóa XVI",
    effective: str = "01 tháng 7 năm 2031",
) -> str:
    """An invented law of articles with titles and sentences of their own."""
    head = (
        f"QUỐC HỘI\nLuật số: {number}\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
        "Độc lập - Tự do\n\nLUẬT\nĐÈN BIỂN\n\n"
    )
    body = "\n".join(
        f"Điều {n}. Quản lý {SUBJECTS[n % len(SUBJECTS)]}\n{word} này giao cơ quan số {n} quản lý"
        f" {SUBJECTS[n % len(SUBJECTS)]} trong vùng nước thứ {n} của quốc gia ven biển."
        for n in articles
    )
    last = max(articles) + 1
    end = (
        f"\nĐiều {last}. Hiệu lực thi hành\n{word} này có hiệu lực thi hành từ ngày {effective}.\n"
        f"{word} này được Quốc hội {closing}, kỳ họp thứ 2 thông qua ngày 10 tháng 12 năm 2030.\n"
    )
    return head + body + end


def document_of(text: str, held: Sequence[Document] = ()) -> Document:
    return make_document(
        read_metadata(text, held=held), text, held, source_url=None, articles_total=None
    )


def extracted(text: str, **changes: object) -> ExtractedText:
    return replace(ExtractedText("law.txt", "text", text, "0" * 64), **changes)  # type: ignore[arg-type]


def codes_of_text(text: str, **changes: object) -> set[str]:
    document = document_of(text)
    found = find_text_doubts(document, parse_structure(document), extracted(text, **changes))
    return {doubt.code for doubt in found}


def corpus_doubts(text: str, held: Sequence[Document]) -> dict[str, Doubt]:
    document = document_of(text, held)
    found = find_corpus_doubts(
        document,
        parse_structure(document),
        held,
        held,
        lambda key: parse_structure(next(d for d in held if d.key == key)),
    )
    return {doubt.code: doubt for doubt in found}


def test_a_sound_law_raises_no_doubt() -> None:
    assert codes_of_text(law()) == set()
    assert corpus_doubts(law(), []) == {}


def test_doubled_and_missing_articles_are_severe_and_named() -> None:
    text = law(articles=[1, 2, 3, 2, 3, 4, 6, 7])
    document = document_of(text)
    found = {
        d.code: d for d in find_text_doubts(document, parse_structure(document), extracted(text))
    }
    assert found["doubled_articles"].severity == "severe" and "2–3" in found["doubled_articles"].vi
    assert "5" in found["missing_articles"].en
    assert len(severe_doubts(found.values())) == 2


def test_a_head_that_fits_another_body() -> None:
    assert "other_kind" in codes_of_text(law(word="Nghị định"))
    assert "other_session" in codes_of_text(law(closing="khóa XIV"))


def test_pages_without_text() -> None:
    assert "thin_pages" in codes_of_text(law(), pages=40)
    text = law()
    assert "empty_pages" in codes_of_text(text, pages=2, page_starts=(0, len(text)))
    assert codes_of_text(text, pages=2, page_starts=(0, 300)) == set()


def test_recognition_that_cannot_be_trusted() -> None:
    assert "low_recognition" in codes_of_text(law(), ocr_confidence=55.0)
    assert "weak_recognition" in codes_of_text(law(), ocr_confidence=85.0)
    assert codes_of_text(law(), ocr_confidence=96.0) == set()


def test_a_text_that_breaks_off() -> None:
    assert "breaks_off" in codes_of_text(law()[:-120].rstrip(" .\n") + " và cơ quan")


def test_what_was_not_found_is_said() -> None:
    text = law().replace("có hiệu lực thi hành từ ngày 01 tháng 7 năm 2031", "được thi hành")
    assert "no_effective_date" in codes_of_text(text)


def test_another_laws_number_over_a_held_text() -> None:
    held = document_of(law())
    doubts = corpus_doubts(law(number="911/2030/QH16"), [held])
    assert (
        doubts["holds_other_text"].severity == "severe"
        and "900/2030/QH16" in doubts["holds_other_text"].en
    )
    assert doubts["near_same"].where == "law-900-2030.vi"


def test_a_new_version_of_what_is_held() -> None:
    held = document_of(law())
    doubts = corpus_doubts(law() + "\n", [held])
    assert set(doubts) == {"held_number", "near_same_version"}
    assert not severe_doubts(doubts.values())


def test_an_official_text_over_a_digest() -> None:
    held = replace(document_of(law()), text_kind="digest", body="# Tóm lược\n\nBằng lời khác.\n")
    assert set(corpus_doubts(law(), [held])) == {"official_over_digest"}


def test_a_draft_is_told_by_its_number_of_articles() -> None:
    held = replace(document_of(law()), articles_total=9)
    doubts = corpus_doubts(law(articles=range(1, 13)), [held])
    assert (
        doubts["other_article_count"].severity == "severe"
        and "13" in doubts["other_article_count"].vi
    )


def test_a_date_that_contradicts_the_corpus() -> None:
    held = document_of(law())
    doubts = corpus_doubts(law(effective="01 tháng 01 năm 2031"), [held])
    assert doubts["other_effective_date"].severity == "severe"
    assert "2031-07-01" in doubts["other_effective_date"].en


def test_what_a_law_ends_is_told() -> None:
    old = document_of(law())
    text = law(number="950/2032/QH16").replace(
        "\nLuật này được Quốc hội",
        "\nLuật Đèn biển số 900/2030/QH16 hết hiệu lực kể từ ngày Luật này có hiệu lực thi hành."
        "\nLuật này được Quốc hội",
    )
    text = text.replace("đèn", "neo").replace("trong vùng nước", "ở tuyến")
    assert "law-900-2030.vi" in corpus_doubts(text, [old])["ends_other"].vi
    ended = replace(old, effective_to=date(2031, 1, 1))
    assert corpus_doubts(text, [ended])["already_ended"].severity == "warning"


def test_every_doubt_has_both_languages_with_the_same_facts() -> None:
    for code in doubt_codes():
        doubt = make_doubt(code, **_Anything())
        assert doubt.vi and doubt.en and doubt.vi != doubt.en, code
        from assistant import doubts as module

        _, vi, en = module._WORDS[code]
        named = [
            {field for _, field, _, _ in string.Formatter().parse(words) if field}
            for words in (vi, en)
        ]
        assert named[0] == named[1], code


class _Anything(dict[str, object]):
    """Keyword arguments for every field that a doubt's sentences may name."""

    def __init__(self) -> None:
        names = (
            "adopted articles at body characters confidence count day effective ending found head held"
            " key kind label number other pages places share"
        )
        super().__init__({name: 1.0 for name in names.split()})


def test_sentences_are_compared_without_wrapping_and_marks() -> None:
    one = "Cơ quan này quản lý đèn biển. Tàu thuyền phải theo luồng đã định;"
    other = "cơ quan này\nquản lý  đèn biển.\nTàu thuyền phải theo luồng đã định."
    assert sentences_of(one) == sentences_of(other) and len(sentences_of(one)) == 2


@needs_data
def test_the_bad_scan_of_a_real_law() -> None:
    text = unicodedata.normalize(
        "NFC", (DATA / "messy" / "ocr-luat-116-2025.txt").read_text("utf-8")
    )
    document = document_of(text)
    found = {
        d.code: d for d in find_text_doubts(document, parse_structure(document), extracted(text))
    }
    assert "4–15" in found["doubled_articles"].vi


@needs_data
def test_real_complete_acts_raise_no_severe_doubt() -> None:
    for path in sorted((DATA / "laws").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        if rows[0]["dieu"] != "1":
            continue
        # Copies of the head that some of the public texts carry at their end.
        texts = [r["text"].split("\n\nLUẬT ")[0].split("\nQUỐC HỘI - -")[0] for r in rows]
        body = "\n\n".join(
            f"Điều {r['dieu']}. {r['title']}\n{t}" for r, t in zip(rows, texts, strict=True)
        )
        kind = "Luật số" if "QH" in rows[0]["doc"] else "Số"
        name = "LUẬT" if "QH" in rows[0]["doc"] else "NGHỊ ĐỊNH"
        text = unicodedata.normalize(
            "NFC", f"{kind}: {rows[0]['doc']}\nĐộc lập\n\n{name}\nVỀ VIỆC ẤY\n\n{body}"
        )
        document = document_of(text)
        found = list(find_text_doubts(document, parse_structure(document), extracted(text)))
        assert not severe_doubts(found), (path.name, found)
