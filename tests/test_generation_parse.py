"""Claims from prose as models write it."""

from __future__ import annotations

import pytest

from assistant.generation_parse import clean_prose, is_refusal, parse_claims, split_sentences
from assistant.prompting import REFUSAL


def claims(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(claim.text, claim.citations) for claim in parse_claims(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Theo Điều 1. khoản 2 thì được [1].", [("Theo Điều 1. khoản 2 thì được.", (1,))]),
        ("Một [1]. Hai [2][3].", [("Một.", (1,)), ("Hai.", (2, 3))]),
        ("Một. [1] Hai. [2]", [("Một.", (1,)), ("Hai.", (2,))]),
        ("Một [1, 2]; hai 【3】.", [("Một;", (1, 2)), ("hai.", (3,))]),
        ("One [Source 4]. Hai [nguồn 5].", [("One.", (4,)), ("Hai.", (5,))]),
        ("Có nguồn [1]. Không nguồn.", [("Có nguồn.", (1,)), ("Không nguồn.", ())]),
        ("Gồm:\n- một [1]\n* hai [2]\n1. ba [3]", [("Gồm:\n- một", (1,)), ("- hai", (2,)), ("- ba", (3,))]),
        ("## Trả lời\n**Bộ Công an** chủ trì [1].", [("Bộ Công an chủ trì.", (1,))]),
        ("<think>Sai [9].</think>Đúng [1].", [("Đúng.", (1,))]),
        ("```text\nĐúng [1].\n```", [("Đúng.", (1,))]),
        ("Không, luật không cấm [1].", [("Luật không cấm.", (1,))]),
        ("Yes. The law says so [1].", [("The law says so.", (1,))]),
        ("Không. [1]", []),
        ("", []),
    ],
)
def test_the_marker_ends_a_claim(text: str, wanted: list[tuple[str, tuple[int, ...]]]) -> None:
    assert claims(text) == wanted


def test_markup_that_could_load_or_link_is_taken_off() -> None:
    text = clean_prose('Xem ![x](http://evil/?q=1) <img src="http://evil"> [đây](http://evil) [1]')
    assert "evil" not in text and text.endswith("[1]")


def test_a_refusal_stands_alone() -> None:
    assert is_refusal(REFUSAL) and is_refusal(f"{REFUSAL}.")
    assert not is_refusal(f"Bộ Công an chủ trì [1]. {REFUSAL}")
    assert not is_refusal("Tôi không biết.")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Theo khoản 1 Điều 6. Luật này cấm. Đối với tổ chức thì khác.",
         ["Theo khoản 1 Điều 6. Luật này cấm.", "Đối với tổ chức thì khác."]),
        ("It is so (Article 6). The rest follows.", ["It is so (Article 6).", "The rest follows."]),
        ("Gồm:\n- một;\n- hai.", ["Gồm: - một;", "- hai."]),
    ],
)
def test_sentences_of_a_claim(text: str, wanted: list[str]) -> None:
    assert split_sentences(text) == wanted
