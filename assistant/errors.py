"""The exception tree. Every message says what to do next; the CLI and the page catch only this tree.

AssistantError
├── ConfigurationError      a setting, a package or a file named by a setting is missing or wrong
├── DocumentError           a document cannot be read or is not what it claims to be
│   └── StructureError      the parsed structure breaks one of its own invariants
├── CorpusIndexError            the index is absent, damaged or made by other settings
│   ├── IndexMissingError   nothing has been indexed yet
│   └── ModelMismatchError  the index was made by another embedding model
├── ChatModelError      a chat model gave nothing that can be used; its reason is told with the
│                       extractive answer, which the reader gets instead
├── LockedError             another process is writing to the corpus
└── QuestionError           the question cannot be taken as it is (empty, too long, a bad date)
"""

from __future__ import annotations


class AssistantError(Exception):
    """Root of everything that is raised on purpose. The message is for the user."""


class ConfigurationError(AssistantError):
    """A setting, a package or a file named by a setting is missing or wrong."""


class DocumentError(AssistantError):
    """A document cannot be read, or its front matter is not what the corpus needs."""


class StructureError(DocumentError):
    """The parsed structure breaks one of its own invariants (a bug in us, not in the document)."""


class CorpusIndexError(AssistantError):
    """The index is absent, damaged or made by other settings."""


class IndexMissingError(CorpusIndexError):
    """Nothing has been indexed yet."""


class ModelMismatchError(CorpusIndexError):
    """The index was made by another embedding model than the one configured."""


class ChatModelError(AssistantError):
    """A chat model gave nothing that can be used. `reason` names the sentence that tells why."""

    def __init__(self, reason: str, model: str = "") -> None:
        super().__init__(f"{model or 'The chat model'}: {reason}. The extractive answer is given.")
        self.reason, self.model = reason, model


class LockedError(AssistantError):
    """Another process is writing to the corpus."""


class QuestionError(AssistantError):
    """The question cannot be taken as it is."""
