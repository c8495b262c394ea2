"""The exception tree. Every message says what to do next; the CLI and the page catch only this tree.

AssistantError
├── ConfigurationError      a setting, a package or a file named by a setting is missing or wrong
├── DocumentError           a document cannot be read or is not what it claims to be
│   ├── StructureError      the parsed structure breaks one of its own invariants
│   ├── UnconfirmedError    severe doubts of a document that nobody has confirmed
│   └── SourceError         a file or an address cannot be read; the message is in both languages
│       ├── UnreadableError         empty, damaged, cut off, not language, or its reader crashed
│       ├── UnsupportedFormatError  a format that is not read
│       ├── PasswordError           protected by a password
│       ├── TooLargeError           over a limit of size, pages, members, time or memory
│       ├── MissingToolError        needs a program that is not installed
│       ├── CancelledError          whoever asked for it changed their mind
│       └── DownloadError           the address gave no document
│           └── AddressRefusedError     an address that is never called: private, or not http(s)
├── CorpusIndexError            the index is absent, damaged or made by other settings
│   ├── IndexMissingError   nothing has been indexed yet
│   └── ModelMismatchError  the index was made by another embedding model
├── ChatModelError      a chat model gave nothing that can be used; its reason is told with the
│                       extractive answer, which the reader gets instead
├── HistoryError            a change cannot be taken back, or what it is about is not there
├── EvaluationError         a test set, a run or a gate cannot be used as it is
├── LockedError             another process is writing to the corpus
├── StorageError            the data folder cannot be written (a full disk); nothing was changed
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


class UnconfirmedError(DocumentError):
    """A document has severe doubts, and whoever adds it has not said that it is right all the same."""


class SourceError(DocumentError):
    """A file or an address cannot be read. `vi` and `en` say why and what to do, in a sentence or two."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi} / {en}")
        self.vi, self.en = vi, en

    def __reduce__(self) -> tuple[type[SourceError], tuple[str, str]]:
        return type(self), (self.vi, self.en)


class UnreadableError(SourceError):
    """The source is empty, damaged, cut off or not language, or its reader crashed on it."""


class UnsupportedFormatError(SourceError):
    """The content is of a format that is not read, whatever the name says."""


class PasswordError(SourceError):
    """The source is protected by a password."""


class TooLargeError(SourceError):
    """The source is over a limit: bytes, pages, members, characters, seconds or memory."""


class MissingToolError(SourceError):
    """Reading needs a program that is not installed; the message has the line that installs it."""


class CancelledError(SourceError):
    """Reading or downloading was stopped by whoever asked for it."""


class DownloadError(SourceError):
    """The address gave no document: no such name, no answer, an error page, too slow, too many hops."""


class AddressRefusedError(DownloadError):
    """The address, or one it redirects to, is not a public http(s) address: it was not called."""


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


class HistoryError(AssistantError):
    """A change of the corpus cannot be taken back, or what it is about is not there."""


class EvaluationError(AssistantError):
    """A test set, a run or a gate cannot be used as it is."""


class LockedError(AssistantError):
    """Another process is writing to the corpus."""


class StorageError(AssistantError):
    """The data folder cannot be written (a full disk); nothing was changed."""


class QuestionError(AssistantError):
    """The question cannot be taken as it is."""
