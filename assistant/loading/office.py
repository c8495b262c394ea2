"""DOC, RTF and ODT: converted to DOCX by LibreOffice, which keeps numbers, tables and font names.

Font names matter: they say that a text is in TCVN3, and which of its letters are capitals. antiword
reads DOC where LibreOffice is absent, without automatic numbers.
"""

from __future__ import annotations

import shutil
import subprocess

from assistant.errors import MissingToolError, PasswordError, UnreadableError, UnsupportedFormatError
from assistant.loading.detecting import detect_file
from assistant.loading.docx import read_docx
from assistant.loading.draft import Draft, Job
from assistant.loading.encodings import repair_pieces
from assistant.loading.extracted import ReadingNote

_CONVERSION_SECONDS = 110.0
_STREAMS = {
    "EncryptedPackage": "password",
    "WordDocument": "doc",
    "Workbook": "office",
    "Book": "office",
    "PowerPoint Document": "office",
}


def read_office(job: Job) -> Draft:
    """Read what Word wrote before DOCX. Raises PasswordError, MissingToolError, UnreadableError."""
    kind = detect_file(job.path)
    if kind == "ole":
        kind = _look_inside(job)
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice:
        return _read_converted(job, kind, soffice)
    if kind == "doc" and shutil.which("antiword"):
        return _read_by_antiword(job)
    raise MissingToolError(
        f"Đọc {job.name} ({kind.upper()}) cần LibreOffice. Hãy cài: apt-get install libreoffice-writer-nogui"
        " (macOS: brew install --cask libreoffice), hoặc lưu tệp thành DOCX.",
        f"Reading {job.name} ({kind.upper()}) needs LibreOffice. Install it: apt-get install "
        "libreoffice-writer-nogui (macOS: brew install --cask libreoffice), or save the file as DOCX.",
    )


def _look_inside(job: Job) -> str:
    """What an OLE file holds, by the names of its streams. Raises for what cannot be read."""
    data = job.path.read_bytes()
    held = [kind for name, kind in _STREAMS.items() if name.encode("utf-16-le") in data]
    if "password" in held or _is_encrypted_doc(data):
        raise PasswordError(
            f"{job.name} có mật khẩu. Hãy mở bằng mật khẩu, lưu bản không mật khẩu rồi thử lại.",
            f"{job.name} is protected by a password. Open it, save a copy without, and retry.",
        )
    if "doc" not in held:
        raise UnsupportedFormatError(
            f"{job.name} không phải văn bản Word (có thể là Excel, PowerPoint hoặc tệp hỏng). "
            "Hãy lưu thành DOCX hoặc PDF.",
            f"{job.name} is no Word document (Excel, PowerPoint or damaged). Save it as DOCX or PDF.",
        )
    return "doc"


def _is_encrypted_doc(data: bytes) -> bool:
    """The flag fEncrypted of a Word 97 file's head, which begins at a sector with 0xA5EC."""
    for start in range(512, min(len(data), 2**20) - 12, 512):
        if data[start : start + 2] == b"\xec\xa5":
            return bool(data[start + 11] & 0x01)
    return False


def _read_converted(job: Job, kind: str, soffice: str) -> Draft:
    source = job.scratch / f"source.{kind}"
    shutil.copyfile(job.path, source)
    command = [soffice, f"-env:UserInstallation={(job.scratch / 'profile').as_uri()}", "--headless"]
    command += ["--norestore", "--convert-to", "docx", "--outdir", str(job.scratch), str(source)]
    job.report(0, 1, f"LibreOffice {job.name}")
    try:
        subprocess.run(command, capture_output=True, timeout=_CONVERSION_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise _failed(job.name) from error
    converted = job.scratch / "source.docx"
    if not converted.is_file():
        raise _failed(job.name)
    draft = read_docx(Job(converted, job.name, job.scratch, job.limits, job.report))
    draft.format = kind
    return draft


def _failed(name: str) -> UnreadableError:
    return UnreadableError(
        f"LibreOffice không mở được {name}: tệp bị hỏng hoặc quá phức tạp. Hãy lưu lại thành DOCX.",
        f"LibreOffice cannot open {name}: it is damaged or too complex. Save it as DOCX.",
    )


def _read_by_antiword(job: Job) -> Draft:
    """Through antiword, byte for byte: a map to Unicode would take old encodings for Western letters."""
    command = ["antiword", "-t", "-w", "0", "-m", "8859-1.txt", str(job.path)]
    text = _run_antiword(command, job.name).decode("latin-1")
    repaired = repair_pieces([text])
    if repaired.encoding is None:
        command[command.index("8859-1.txt")] = "UTF-8.txt"
        repaired = repair_pieces([_run_antiword(command, job.name).decode("utf-8", "replace")])
    notes = [*repaired.notes, _WITHOUT_NUMBERS]
    return Draft("doc", repaired.pieces, notes=notes, encoding=repaired.encoding)


def _run_antiword(command: list[str], name: str) -> bytes:
    done = subprocess.run(command, capture_output=True, timeout=_CONVERSION_SECONDS, check=False)
    if done.returncode or not done.stdout.strip():
        raise _failed(name)
    return done.stdout


_WITHOUT_NUMBERS = ReadingNote(
    "antiword",
    "doubt",
    "Đọc bằng antiword: số thứ tự tự động có thể bị mất. Cài LibreOffice để đọc đầy đủ.",
    "Read by antiword: automatic numbers may be lost. Install LibreOffice to read it in full.",
)

