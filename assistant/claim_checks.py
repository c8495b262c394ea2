"""What a model's claim may not do, whatever it is near to: each check names the fault it finds.

Numbers, dates, legal numbers and references are checked for every answer (citations.py). A model's
own words need more: what stands in quotation marks is verbatim, every name stands in the source, a
law is named only where it is cited, no address is invented, and what is said of validity is what
the dates say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from assistant.asked_time import MONTH_NAMES
from assistant.citations import source_facts
from assistant.generation_parse import split_sentences
from assistant.library import Library
from assistant.named_provisions import unknown_numbers
from assistant.phrases import phrase
from assistant.schema import AsOf, Citation, Document
from assistant.stated_facts import stated_facts
from assistant.text import collapse_spaces, fold
from assistant.validity import DATED_KINDS, validity_on

_QUOTED = re.compile(r"[“«\"]([^“”«»\"]+)[”»\"]")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\b[\w.+-]+@[\w-]+\.\w+", re.I)
# A short term in quotation marks is named, not quoted.
_QUOTED_WORDS = 4
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
NEGATION = re.compile(
    r"\bkhông\b(?! gian\b)(?! những\b)(?! chỉ\b)|\bchưa\b|\bcấm\b|\bchẳng\b|\bngoại trừ\b"
    r"|\btrừ (?:khi|trường hợp)\b|\bnot\b(?! only\b)|\bno\b|\bnever\b|\bnor\b|\bneither\b|\bwithout\b"
    r"|\bexcept\b|\bunless\b|\bcannot\b|\w+n['’]t\b|\bprohibit\w*|\bforbid\w*|\bban(?:s|ned)?\b",
    re.I,
)
_SAID_OF_VALIDITY = tuple(
    (state, re.compile(pattern, re.I))
    for state, pattern in (
        (
            "not_yet",
            r"chưa (?:có|phát sinh) hiệu lực|not yet (?:in force|in effect|entered)"
            r"|(?:has|have) not entered into force",
        ),
        (
            "ended",
            r"(?:hết|không còn) hiệu lực|không còn (?:được )?áp dụng|(?:bị|được) (?:bãi bỏ|thay thế)"
            r"|repealed|superseded|no longer in (?:force|effect)|ceased to have effect"
            r"|(?:was|been|is) replaced",
        ),
        (
            "in_force",
            r"(?:đang|còn|vẫn)(?: đang| còn| có)* hiệu lực"
            r"|(?:is|are|remains?)(?: still| currently)? in (?:force|effect)",
        ),
    )
)
_OF_ANOTHER_TIME = re.compile(
    r"hiệu lực|bãi bỏ|thay thế|trước (?:đây|ngày|khi|kia)|đã từng|luật cũ|sẽ"
    r"|in force|in effect|repealed|replaced|former|before|previous|used to|will ",
    re.I,
)
_OPENERS = frozenset(
    "The A An Under In On By For From To At Of And Or This These Its It If When While Both Each As"
    " According Before Since Until After With Theo Tại Từ Trong Về Ngoài Trước Sau Khi Nếu Do Còn Và"
    " Các Những Mỗi Cả Riêng Ngày Ở Đối Hiện Đến Vào Năm Nay".split()
)
# Capitalised, and no one's name.
_COMMON = "Việt Nam Viet Nam Vietnam Nhà nước State States Party Parties Điều Khoản Điểm Chương Mục"
_COMMON += " Article Articles Clause Point Chapter Section Luật Nghị định Công ước Law Decree Convention "
_COMMON += " ".join(name.title() for name in MONTH_NAMES)


def find_faults(
    text: str,
    sources: Sequence[Citation],
    library: Library,
    day: date,
    asked_texts: Sequence[str] = (),
) -> Iterable[str]:
    """The faults of a claim's own words, for the model and for the log; none when it stands.

    `sources` are the citations that the claim rests on, `day` the date the answer is true on,
    `asked_texts` the ids of texts that the question names.
    """
    words = unicodedata.normalize("NFC", text)
    held = _joined(sources)
    yield from _quotation_faults(words, held)
    yield from _address_faults(words, sources)
    yield from _name_faults(words, sources, library)
    yield from _text_faults(words, sources, library, day)
    yield from _time_faults(words, sources, library, day, asked_texts)
    for sentence in split_sentences(words):
        yield from _validity_faults(sentence, sources, library, day)


def _quotation_faults(text: str, held: str) -> Iterable[str]:
    for match in _QUOTED.finditer(text):
        quoted = collapse_spaces(match.group(1)).strip(" .,;:…")
        if len(quoted.split()) >= _QUOTED_WORDS and quoted not in held:
            yield f"the quoted words “{quoted[:60]}” do not stand in the source cited"


def _address_faults(text: str, sources: Sequence[Citation]) -> Iterable[str]:
    known = " ".join(f"{source.quote} {source.url or ''}" for source in sources)
    for address in _ADDRESS.findall(text):
        if address.rstrip(".,;)") not in known:
            yield f"the address {address[:60]} does not stand in the source cited"


def _name_faults(text: str, sources: Sequence[Citation], library: Library) -> Iterable[str]:
    """Runs of capitalised words (bodies, countries, people) that no source cited holds."""
    held = f" {' '.join(_plain_words(_naming_text(sources, library)))} "
    for sentence in split_sentences(text):
        for name in names_in(sentence):
            if f" {' '.join(_plain_words(name))} " not in held:
                yield f"the name “{name}” does not stand in the source cited"


def names_in(sentence: str) -> list[str]:
    """Capitalised runs; one capital at the opening of a sentence or an item says nothing."""
    runs: list[tuple[bool, list[str]]] = []
    end, is_running = 0, False
    for match in _WORD.finditer(sentence):
        between, word = sentence[end : match.start()], match.group()
        is_opening = end == 0 or bool(re.search(r"[:\n•]", between))
        if not word[0].isupper():
            is_running = False
        elif is_running and between == " ":
            runs[-1][1].append(word)
        else:
            runs.append((is_opening, [word]))
            is_running = True
        end = match.end()
    return [name for is_opening, words in runs if (name := _name(words, is_opening=is_opening))]


def _name(words: list[str], *, is_opening: bool) -> str:
    if is_opening and words[0] in _OPENERS:
        words = words[1:]  # "Under Article 6", "The Ministry"
    elif is_opening and len(words) == 1 and not (words[0].isupper() and len(words[0]) > 2):
        return ""
    return " ".join(words)


def _naming_text(sources: Sequence[Citation], library: Library) -> str:
    """Every name that a claim resting on these sources may use, in either language."""
    pieces = []
    for source in sources:
        document = library.documents[source.document_key]
        texts = [document, *_kin(document, library)]
        pieces += [source.quote, source.label, document.issuer or ""]
        for text in texts:
            pieces += [text.label, text.title, text.number or "", *text.aliases]
    joined = " . ".join(pieces)
    terms = library.glossary.find(joined)
    for term in terms:
        pieces += [term.vi, term.en, *term.vi_aliases, *term.en_aliases]
    pieces.append(_COMMON)
    return " . ".join(pieces)


def _kin(document: Document, library: Library) -> list[Document]:
    """The text in the other language, and the texts it replaced or was replaced by."""
    ids = (document.id, *document.replaces, *document.replaced_by)
    keys = (f"{id_}.{language}" for id_ in ids for language in ("vi", "en"))
    return [held for key in keys if (held := library.documents.get(key))]


def _text_faults(
    text: str, sources: Sequence[Citation], library: Library, day: date
) -> Iterable[str]:
    """A law named as the source of a rule is one of those cited, or is named by their words."""
    when = AsOf(day, day, "today")
    cited = {library.documents[source.document_key].id for source in sources}
    if any(pattern.search(text) for _, pattern in _SAID_OF_VALIDITY):
        cited |= {
            kin.id for s in sources for kin in _kin(library.documents[s.document_key], library)
        }
    said = " . ".join(source.quote for source in sources)
    allowed = cited | set(library.names.find(said, when).documents)
    folded = fold(text)
    for id_ in library.names.find(text, when).documents:
        document = library.document_of(id_, "vi")
        if id_ in allowed or document is None or document.kind not in DATED_KINDS:
            continue
        # "Luật 2025" may be several; a name in full, or a number, is one.
        names = [held.label for held in _kin(document, library) if held.id == id_]
        if any(fold(name) in folded for name in (*names, document.number or document.label)):
            yield f"{document.label} is named but not cited"


def _time_faults(
    text: str,
    sources: Sequence[Citation],
    library: Library,
    day: date,
    asked_texts: Sequence[str],
) -> Iterable[str]:
    """A rule that is not in force on the day is not told as if it were."""
    documents = [library.documents[source.document_key] for source in sources]
    dated = [document for document in documents if document.kind in DATED_KINDS]
    if len(dated) < len(documents) or any(document.id in asked_texts for document in dated):
        return
    if any(validity_on(document, day).state == "in_force" for document in dated):
        return
    named = library.names.find(text, AsOf(day, day, "today")).documents
    is_told = _OF_ANOTHER_TIME.search(text) or any(document.id in named for document in dated)
    if dated and not is_told:
        yield "the source cited is not in force on the day asked about, and the claim does not say so"


def _validity_faults(
    sentence: str, sources: Sequence[Citation], library: Library, day: date
) -> Iterable[str]:
    found = ((state, pattern.search(sentence)) for state, pattern in _SAID_OF_VALIDITY)
    state, match = next(((state, match) for state, match in found if match), ("", None))
    if match is None:
        return
    when = AsOf(day, day, "today")
    subject = library.names.find(sentence[: match.start()], when).documents
    if subject and unknown_numbers(sentence, library.documents.values()):
        return  # a text that the corpus does not hold has no dates to go by
    cited = [library.documents[source.document_key] for source in sources]
    texts = [library.document_of(id_, "vi") for id_ in subject] if subject else [
        kin for document in cited for kin in (document, *_kin(document, library))
    ]  # fmt: skip
    dated = [text for text in texts if text is not None and text.kind in DATED_KINDS]
    if dated and all(validity_on(text, day).state != state for text in dated):
        yield "what is said of validity is not so on the day asked about"


def support_text(source: Citation, library: Library) -> str:
    """All that a claim resting on a citation may repeat: words, place, title, validity."""
    document = library.documents[source.document_key]
    heading = library.provision(document.key, "/".join(source.provision_id.split("/")[:2]))
    states = [
        phrase(f"status_{source.validity.state}", language, since="", until="")
        for language in ("vi", "en")
        if source.validity.state != "undated"
    ]
    named = (source.label, document.title, document.label, document.number or "")
    return " . ".join((source.quote, *named, heading.heading if heading else "", *states))


def _joined(sources: Sequence[Citation]) -> str:
    return collapse_spaces(unicodedata.normalize("NFC", " ".join(source.quote for source in sources)))


def _plain_words(text: str) -> list[str]:
    return [fold(word) for word in _WORD.findall(unicodedata.normalize("NFC", text))]


def has_facts_of(text: str, sources: Sequence[Citation], library: Library) -> bool:
    """Whether every number, date and reference of the text stands in a source."""
    held: set[str] = set()
    for source in sources:
        held |= source_facts(source, library)
    return stated_facts(text) <= held
