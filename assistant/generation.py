"""An answer in a chat model's words, as faithful as the extractive one it starts from.

The extractive answer comes first: it decides whether the evidence is strong enough to ask a model
at all, gives the model its best sources, and is what the reader gets, at once, when the model fails.
The model writes prose with `[n]` markers; each claim is checked against what it cites; what fails is
asked for once more with its fault named, and dropped if it fails again.

What a text says of validity, and the words of a provision that is asked for, are computed and
quoted: no model is asked for them.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from assistant.chat_costs import UsageLog, estimate_tokens
from assistant.citations import verify
from assistant.claim_checks import find_faults
from assistant.claim_support import SupportScorer, is_within
from assistant.config import Settings
from assistant.errors import ChatModelError
from assistant.generation_finish import Written, fall_back, finish_answer, refuse_for_model
from assistant.generation_parse import clean_prose, is_refusal, parse_claims
from assistant.library import Library
from assistant.llm import ChatModel
from assistant.model_evidence import Evidence, gather_evidence
from assistant.model_requests import ModelRequests, Reply
from assistant.prompting import Prompts
from assistant.retrieval import Retriever
from assistant.schema import Answer, Claim, Query
from assistant.stated_facts import stated_facts, supporting_facts
from assistant.text import collapse_spaces

COMPUTED_INTENTS = frozenset(("validity", "provision"))
_CONDENSE_SECONDS = 10.0
_LONGEST_CONDENSED = 400
# Asking again is worth it only while the reader would wait anyway.
_REPAIR_SECONDS = 3.0
# Of the window, besides the reply: the instructions of the longest prompt and the faults named.
_INSTRUCTION_TOKENS = 1100


class AnswerWriter:
    """Writes answers with the chat models that are set. Holds no state of any user."""

    def __init__(
        self,
        models: Sequence[ChatModel],
        prompts: Prompts,
        settings: Settings,
        secrets: Sequence[str] = (),
    ) -> None:
        self.models = tuple(models)
        self._prompts, self._secrets = prompts, secrets
        self._timeout_seconds = settings.chat_timeout_seconds
        self._log = UsageLog(settings)
        room = settings.chat_context_tokens - settings.chat_answer_tokens - _INSTRUCTION_TOKENS
        self._source_tokens = max(512, room)

    def begin(self) -> ModelRequests:
        """The requests of one answer; its time begins to run."""
        return ModelRequests(self.models, self._log, self._timeout_seconds, self._secrets)

    def condense(self, query: Query, previous: Query, requests: ModelRequests) -> str | None:
        """The follow-up as a question of its own, or None where the model's will not do.

        It may hold no fact that neither question holds: what is searched stays what was asked.
        """
        prompt = self._prompts["condense", query.language]
        variables = {"previous": previous.standalone, "question": query.text}
        try:
            asking = requests.ask(prompt, variables, bool, _CONDENSE_SECONDS)
            text = collapse_spaces(clean_prose(_finished(asking).text)).strip("\"'“”")
        except ChatModelError:
            return None  # the reading without a model stands
        known = supporting_facts(previous.standalone) | supporting_facts(query.text)
        is_good = 0 < len(text) <= _LONGEST_CONDENSED and stated_facts(text) <= known
        return text if is_good else None

    def write(
        self, extractive: Answer, library: Library, retriever: Retriever, requests: ModelRequests
    ) -> Generator[str, None, Answer]:
        """The answer; yields the provisional text so far while the model writes."""
        if extractive.abstained or extractive.query.intent in COMPUTED_INTENTS:
            return extractive
        evidence = gather_evidence(
            extractive, library, retriever, self._source_tokens - estimate_tokens(extractive.question)
        )
        checker = _Checker(evidence, library, retriever)
        try:
            reply = yield from self._ask(evidence, requests, checker)
            if is_refusal(reply.text):
                answer = refuse_for_model(reply.model, extractive, library, retriever)
            else:
                written = self._settle(reply, evidence, requests, checker)
                answer = _finish(written, extractive, evidence, library, retriever)
        except ChatModelError as error:
            answer = fall_back(extractive, error.model, error.reason)
        return replace(answer, usage=requests.usage)

    def _ask(
        self, evidence: Evidence, requests: ModelRequests, checker: _Checker
    ) -> Generator[str, None, Reply]:
        if not evidence.citations:
            raise ChatModelError("unusable", self.models[0].name)
        prompt = self._prompts["answer", evidence.draft.language]
        asking = requests.ask(prompt, _variables(evidence), checker.is_usable)
        reply = yield from _cleaned(asking)
        return reply

    def _settle(
        self, reply: Reply, evidence: Evidence, requests: ModelRequests, checker: _Checker
    ) -> Written:
        """The claims that stand, in order; a repaired claim stands where the first faulty one was."""
        checked = checker.check(parse_claims(reply.text))
        faulty = tuple(claim for claim in checked if claim.problems)
        mended: tuple[Claim, ...] = ()
        if faulty and requests.seconds_left > _REPAIR_SECONDS:
            mended = self._repair(faulty, evidence, requests, checker)
        kept: list[Claim] = []
        for claim in checked:
            if claim.is_supported:
                kept.append(claim)
            elif claim is faulty[0]:
                kept += [one for one in mended if one.is_supported]
        # A claim that could be mended is no longer missing from the answer.
        lost = faulty[min(len(faulty), sum(claim.is_supported for claim in mended)) :]
        return Written(tuple(dict.fromkeys(kept)), lost, reply.model)

    def _repair(
        self, faulty: Sequence[Claim], evidence: Evidence, requests: ModelRequests,
        checker: _Checker,
    ) -> tuple[Claim, ...]:
        """The faulty claims asked for once more, each with its fault named; none if that fails."""
        faults = "\n".join(f"- {claim.text}\n  ({'; '.join(claim.problems)})" for claim in faulty)
        prompt = self._prompts["repair", evidence.draft.language]
        variables = _variables(evidence) | {"faults": faults}
        try:
            reply = _finished(requests.ask(prompt, variables, checker.is_usable))
        except ChatModelError:
            return ()
        return checker.check(parse_claims(reply.text))


class _Checker:
    """Every check of a claim over one question's evidence."""

    def __init__(self, evidence: Evidence, library: Library, retriever: Retriever) -> None:
        self._evidence, self._library = evidence, library
        self._scorer = SupportScorer(library, retriever)
        self._offered = {citation.number for citation in evidence.citations}

    def is_usable(self, text: str) -> bool:
        """Whether the reply is a refusal, or has a claim that cites something it was shown."""
        return is_refusal(text) or any(
            self._offered & set(claim.citations) for claim in parse_claims(text)
        )

    def check(self, claims: Sequence[Claim]) -> tuple[Claim, ...]:
        """The claims with their problems filled in."""
        draft = self._evidence.draft
        answer = replace(draft.finish(), claims=tuple(claims))
        return tuple(
            replace(claim, problems=(*claim.problems, *self._own_problems(claim)))
            for claim in verify(answer, self._library).claims
        )

    def _own_problems(self, claim: Claim) -> list[str]:
        unseen = [n for n in claim.citations if n not in self._offered]
        problems = [f"[{n}] is none of the sources given" for n in unseen]
        sources = self._evidence.sources(claim.citations)
        draft = self._evidence.draft
        problems += find_faults(
            claim.text, sources, self._library, draft.day, draft.query.documents
        )
        if is_within(draft.language, sources):
            problems += self._scorer.misalignments(claim.text, sources, draft.query.standalone)
        # The costly check comes last, and only for what has passed the others.
        if not (problems or claim.problems) and not self._scorer.is_supported(
            claim.text, draft.language, sources
        ):
            problems.append("the source cited does not say this")
        return problems


def _finish(
    written: Written, extractive: Answer, evidence: Evidence, library: Library, retriever: Retriever
) -> Answer:
    if written.kept:
        return finish_answer(written, extractive, evidence, library, retriever)
    return replace(fall_back(extractive, written.model, "unsupported"), dropped=written.dropped)


def _variables(evidence: Evidence) -> dict[str, str]:
    query = evidence.draft.query
    when = query.as_of
    days = [evidence.draft.day_text(day) for day in dict.fromkeys((when.start, when.end))]
    return {"sources": evidence.text, "question": query.standalone, "as_of": " – ".join(days)}


def _cleaned(asking: Generator[str, None, Reply]) -> Generator[str, None, Reply]:
    """The same stream, with what is shown on the way freed of markup."""
    while True:
        try:
            text = next(asking)
        except StopIteration as stop:
            reply: Reply = stop.value
            return reply
        yield clean_prose(text)


def _finished(asking: Generator[str, None, Reply]) -> Reply:
    """The reply alone, for what is shown to nobody on the way."""
    while True:
        try:
            next(asking)
        except StopIteration as stop:
            reply: Reply = stop.value
            return reply
