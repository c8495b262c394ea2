"""Countries that a question names, by their names in both languages (Unicode CLDR, through Babel)."""

from __future__ import annotations

import re
from functools import cache

from assistant.text import fold

# What people call them beside the CLDR name.
_SHORT_NAMES = {
    "US": ("Mỹ", "USA", "America"),
    "GB": ("Anh", "Britain"),
    "RU": ("Liên bang Nga", "Russian Federation"),
    "KR": ("South Korea", "Republic of Korea"),
    "CN": ("Trung Hoa",),
}
# Viet Nam is in every question; the others are groups and test codes of CLDR.
_LEFT_OUT = frozenset(("VN", "EU", "UN", "EZ", "QO", "ZZ", "XA", "XB"))
_LONG_ENOUGH = 5  # letters from which a plain one-word name is no common word of either language


def named_countries(text: str) -> list[tuple[str, ...]]:
    """All names of each country named in the text, the one that was used first."""
    folded, found = fold(text), []
    for names in country_names():
        used = next((name for name in names if _is_named(name, text, folded)), None)
        if used is not None:
            found.append(tuple(dict.fromkeys((used, *names))))
    return found


def _is_named(name: str, text: str, folded: str) -> bool:
    # A short one ("Pháp", "Anh", "Ý") is a common word once accents or capitals are lost.
    if " " in name or (name.isascii() and len(name) >= _LONG_ENOUGH):
        return re.search(rf"(?<!\w){re.escape(fold(name))}(?!\w)", folded) is not None
    after = r"(?! (?:luật|lệnh|nhân|chế|quy|lý|văn|viện))(?!\w)"
    return re.search(rf"(?<=[\w,] ){re.escape(name)}{after}", text) is not None


@cache
def country_names() -> tuple[tuple[str, ...], ...]:
    """For each country its names: Vietnamese, English, then the usual short ones."""
    from babel import Locale

    vi, en = Locale("vi").territories, Locale("en").territories
    return tuple(
        tuple(dict.fromkeys((vi[code], en[code], *_SHORT_NAMES.get(code, ()))))
        for code in sorted(vi)
        if len(code) == 2 and code.isalpha() and code not in _LEFT_OUT and code in en
    )
