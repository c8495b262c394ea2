"""Question to Query: language, time, named texts and provisions, accents, intent, follow-up.

Everything here is a rule that can be shown to the user ("Đã hiểu là: …"). Order matters: accents
are restored before anything is read, names are blanked before the time is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from assistant.accents import NEEDED_SHARE, AccentRestorer, needs_restoring
from assistant.asked_time import read_time
from assistant.errors import QuestionError
from assistant.glossary import Glossary
from assistant.named_provisions import NamedTexts, NameIndex
from assistant.schema import AsOf, Document, Language, ProvisionReference, Query
from assistant.telex import undo_telex
from assistant.text import (
    accented_share,
    collapse_spaces,
    detect_language,
    fold,
    is_vietnamese_syllable,
    normalize,
)

# The first intent whose pattern is found wins; patterns are over folded text.
INTENTS: tuple[tuple[str, str], ...] = (
    (
        "compare",
        r"\b(?:so sanh|khac nhau|khac gi|giong va khac|diem moi|thay doi (?:gi|nhu the nao)"
        r"|compar\w+|differ\w*|versus|vs|what changed|changes? between)\b",
    ),
    (
        "validity",
        r"\bcon (?:hieu luc|ap dung|dung duoc)\b|\b(?:da )?het hieu luc (?:chua|khong)|\bhieu luc (?:khong|chua)\b"
        r"|\b(?:da )?co hieu luc (?:chua|khong)\b|\b(?:still )?(?:in force|valid|in effect|applicable)\b"
        r"|\bentered into force\b|\bentry into force\b|\bbi (?:thay the|bai bo)\b|\bthay (?:the )?(?:luat|nghi dinh|van ban) nao\b"
        r"|\b(?:repealed|replaced|superseded)\b",
    ),
    ("count", r"\bbao nhieu\b|\bmay (?:ngay|gio|tieng|dieu|chuong|nuoc|phien|muc|cap|nguoi|noi dung|diem|khoan|thang|nam|lan|nhom|phan tram|linh vuc)\b|\bhow many\b|\bhow much\b|\bso luong\b"),
    (
        "definition",
        r"\b(?:la gi|nghia la gi|duoc hieu (?:la|nhu the nao|the nao|ra sao)|the nao la|khai niem|dinh nghia)\b"
        r"|\b(?:what (?:is|are)|what does .* mean|defines?|defined|definitions? of|meaning of|counts? as)\b",
    ),
    (
        "who",
        r"\b(?:ai|co quan nao|bo nao|to chuc nao|don vi nao|nguoi nao|chu the nao)\b|\bwho(?:m|se)?\b"
        r"|\bwhich (?:agency|ministry|body|authority|department|state|country|organi[sz]ation)\b",
    ),
    (
        "when",
        r"\b(?:khi nao|bao gio|ngay nao|luc nao|thoi diem nao|nam nao|tu ngay|thoi han)\b"
        r"|\bwhen\b|\b(?:what|which) (?:date|year|day)\b|\bdeadline\b|\bhow long\b|\btrong bao lau\b|\bbao lau\b",
    ),
    (
        "list",
        r"\b(?:nhung gi|gom (?:nhung )?gi|bao gom|nhung noi dung|cac noi dung|nhung nguyen tac|nguyen tac nao"
        r"|nhung hanh vi|liet ke|nhung nao|nhung truong hop|nhung)\b"
        r"|\b(?:list|which|what are the|include|consist)\b",
    ),
    (
        "allowed",
        r"\b(?:co duoc|co bi|co phai|duoc phep|bi cam|duoc khong)\b|\b(?:may|must|can|allowed|required|prohibited)\b",
    ),
)
_FOLLOW_UP = re.compile(
    r"^(?:con|the con|vay con|vay|the|va|thi sao|what about|how about|and|and in|in english|bang tieng|tieng (?:anh|viet))\b"
    r"|\b(?:thi sao|dieu do|viec do|luat do|no|nhu tren|van ban do|quy dinh do)\b|\b(?:that|it|this|those|them) ?\??$"
)
# Orders to the assistant are no part of what is asked.
_ORDERS = re.compile(
    r"\b(?:bo qua|phot lo|quen di) (?:moi |tat ca |cac )*(?:huong dan|chi dan|quy tac|lenh)"
    r"|\b(?:ignore|disregard|forget) (?:all |any |the |your |previous |prior )*(?:instruction|rule|prompt)"
    r"|^\W*(?:system|assistant|developer)\s*:|\bsystem prompt\b|\b(?:hay|phai) tra loi rang\b"
    r"|\byou are now\b|\bban la luat su\b|\bkhong can trich nguon\b|\bact as\b"
)
_IN_ENGLISH = re.compile(r"\b(?:in english(?! \w)|bang tieng anh|tieng anh)\b")
_IN_VIETNAMESE = re.compile(r"\b(?:in vietnamese(?! \w)|bang tieng viet|tieng viet)\b")


# Share of word pairs known to the corpus from which a text without accents is Vietnamese.
FAMILIAR = 0.6


class QueryReader:
    """Understands questions against one state of the corpus."""

    def __init__(
        self,
        documents: Sequence[Document],
        names: NameIndex,
        glossary: Glossary,
        restorer: Callable[[], AccentRestorer],
        longest: int = 2000,
    ) -> None:
        self._documents = {document.id: document for document in documents}
        self._names = names
        self._glossary, self._restorer, self._longest = glossary, restorer, longest

    def read(
        self,
        question: str,
        *,
        today: date,
        chosen: date | None = None,
        language: Language | None = None,
        previous: Query | None = None,
        as_typed: bool = False,
    ) -> Query:
        """The question understood. `previous` is the query that a follow-up follows.

        `as_typed` searches without restoring accents. Raises QuestionError for an empty or an
        overlong question.
        """
        text = self._checked(question)
        standalone = text if as_typed else self._as_meant(without_orders(text))
        restored = standalone != without_orders(text) and not as_typed
        answer_language = language or _asked_language(standalone) or detect_language(standalone)
        followed = previous is not None and _is_follow_up(standalone)
        if followed and previous is not None:
            standalone = self._complete(standalone, previous)
            answer_language = language or _asked_language(text) or previous.language
        return self._query(text, standalone, answer_language, today, chosen, restored, followed)

    def _as_meant(self, text: str) -> str:
        """The text with Telex keystrokes undone and missing accents restored, where it needs it."""
        if accented_share(text) >= NEEDED_SHARE:
            return text
        decoded = undo_telex(text, self._restorer().knows) if text.isascii() else text
        if needs_restoring(decoded) or self._is_bare_vietnamese(decoded):
            return self._restorer().restore(decoded)
        return decoded

    def _is_bare_vietnamese(self, text: str) -> bool:
        """Whether words that English has too ("an toan he thong") go together as in the corpus."""
        words = re.findall(r"[^\W\d_]+", text)
        if len(words) < 3 or not text.isascii() or not all(map(is_vietnamese_syllable, words)):
            return False
        return self._restorer().familiarity(self._restorer().restore(text)) >= FAMILIAR

    def _query(
        self,
        text: str,
        standalone: str,
        language: Language,
        today: date,
        chosen: date | None,
        restored: bool,
        followed: bool,
    ) -> Query:
        now = AsOf(chosen or today, chosen or today, "today")
        first = self._names.find(standalone, now)
        if not first.documents and standalone != text and not restored:
            # The sentence that was left out as an order may have named the text that is asked about.
            first = replace(first, documents=self._names.find(text, now).documents)
        when = read_time(first.remainder, today, chosen)
        named = self._names.find(standalone, when) if when.source == "said" else first
        documents = self._named_documents(named, when)
        references = tuple(
            reference for reference in named.references if reference.document_id in documents
        )
        return Query(
            text=text,
            standalone=standalone,
            language=language,
            as_of=when,
            intent=read_intent(named.remainder, references),
            restored=restored,
            documents=documents,
            references=references,
            expansions=self._expansions(standalone, language),
            followed_up=followed,
        )

    def _checked(self, question: str) -> str:
        text = collapse_spaces(normalize(question))
        if not re.search(r"\w", text):
            raise QuestionError("The question is empty. / Câu hỏi trống.")
        if len(text) > self._longest:
            raise QuestionError(
                f"The question has {len(text)} characters; at most {self._longest} are taken. / "
                f"Câu hỏi dài {len(text)} ký tự; tối đa {self._longest} ký tự."
            )
        return text

    def _named_documents(self, named: NamedTexts, when: AsOf) -> tuple[str, ...]:
        """Settle "luật 2025" among several by kinship with another named text; add old or new laws."""
        ids = list(named.documents)
        kin = {
            id_
            for id_ in ids
            for other in ids
            if id_ in self._documents[other].replaces or id_ in self._documents[other].replaced_by
        }
        if len(ids) > 2 and kin:
            ids = [id_ for id_ in ids if id_ in kin]
        if named.is_old or named.is_new:
            ids += [id_ for id_ in self._relatives(ids, named, when) if id_ not in ids]
        return tuple(ids)

    def _relatives(self, ids: Sequence[str], named: NamedTexts, when: AsOf) -> list[str]:
        if not ids and named.is_old and named.is_new:
            pairs = [(old, d.id) for d in self._documents.values() if d.kind == "law"
                     and d.effective_to is None for old in d.replaces if old in self._documents]
            return list(dict.fromkeys(id_ for pair in pairs for id_ in pair))
        if not ids:
            wanted = [d for d in self._documents.values() if d.kind == "law"]
            if named.is_old:
                return [d.id for d in wanted if d.effective_to and d.effective_to <= when.end]
            return [
                d.id
                for d in wanted
                if d.replaces
                and d.effective_to is None
                and any(r in self._documents for r in d.replaces)
            ]
        side = "replaces" if named.is_old else "replaced_by"
        return [
            other
            for id_ in ids
            for other in getattr(self._documents[id_], side)
            if other in self._documents
        ]

    def _expansions(self, text: str, language: Language) -> tuple[str, ...]:
        other: Language = "en" if language == "vi" else "vi"
        spelled = self._glossary.spell_out(text, language)
        return (spelled, self._glossary.translate(text, other))

    def _complete(self, text: str, previous: Query) -> str:
        """A follow-up made standalone: its own words, on the subject of the question before."""
        folded = fold(text)
        if _IN_ENGLISH.search(folded) or _IN_VIETNAMESE.search(folded):
            return previous.standalone
        return f"{text.rstrip('?. ')} — {self._subject(previous)}"

    def _subject(self, previous: Query) -> str:
        """What the earlier question was about, without the texts and dates it named."""
        remainder = self._names.find(previous.standalone, previous.as_of).remainder
        return collapse_spaces(remainder) or previous.standalone


def without_orders(text: str) -> str:
    """The question without sentences that give the assistant orders; all of it if nothing is left."""
    sentences = re.split(r"(?<=[.!?:;])\s+", text)
    kept = [sentence for sentence in sentences if not _ORDERS.search(fold(sentence))]
    return " ".join(kept) if kept and any(re.search(r"\w", s) for s in kept) else text


def gives_orders(text: str) -> bool:
    """Whether a line of a document orders the assistant about, as a planted instruction does.

    "Act as" is also what laws say of units and officers.
    """
    return any(
        match.group() != "act as"
        for line in text.splitlines()
        for match in _ORDERS.finditer(fold(line))
    )


def read_intent(text: str, references: Sequence[ProvisionReference]) -> str:
    """The shape of answer asked for; a bare provision asks for that provision."""
    folded = fold(text)
    for intent, pattern in INTENTS:
        if re.search(pattern, folded):
            if intent in ("definition", "list", "allowed") and references:
                return "provision"
            return intent
    return "provision" if references else "fact"


def _is_follow_up(text: str) -> bool:
    return len(text.split()) <= 12 and _FOLLOW_UP.search(fold(text)) is not None


def _asked_language(text: str) -> Language | None:
    folded = fold(text)
    if _IN_ENGLISH.search(folded):
        return "en"
    return "vi" if _IN_VIETNAMESE.search(folded) else None
