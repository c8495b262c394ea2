"""ZIP: its documents, each checked before a byte of it is written and counted while it is.

Members are written under names of ours, so that theirs decide nothing on this machine. What a ZIP
of documents never has (a path out of its folder, a link, little that unpacks to much) refuses the
whole of it; what is no document (a picture, a spreadsheet) is left out, and that is said.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import (
    PasswordError,
    SourceError,
    TooLargeError,
    UnreadableError,
    UnsupportedFormatError,
)
from assistant.loading.detecting import detect_file
from assistant.loading.draft import Job
from assistant.loading.extracted import ReadingNote
from assistant.text import printable_name

_JUNK = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|~\$|\._)")
_NOT_DOCUMENTS = ("image", "archive", "program", "office", "binary")
_BLOCK_BYTES = 65536
_SMALL_BYTES = 2**20


def refuse_nested(name: str) -> UnsupportedFormatError:
    """What is said of an archive inside an archive."""
    return UnsupportedFormatError(
        f"{name} là ZIP lồng trong ZIP. Hãy giải nén rồi đưa từng tệp vào.",
        f"{name} is a ZIP inside a ZIP. Unpack it and give the files themselves.",
    )


def unpack(job: Job) -> tuple[list[tuple[Path, str]], list[ReadingNote]]:
    """Write the documents of a ZIP into the scratch folder: (file, name to show) each, and notes.

    Raises PasswordError, TooLargeError, UnreadableError, UnsupportedFormatError.
    """
    try:
        with zipfile.ZipFile(job.path) as archive:
            members = _check_members(job, archive.infolist())
            written = list(_write_all(job, archive, members))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise UnreadableError(
            f"{job.name} là tệp ZIP bị hỏng hoặc bị cắt cụt. Hãy tải lại tệp gốc.",
            f"{job.name} is a ZIP that is damaged or cut off. Get it again from where it comes.",
        ) from error
    kinds = {path: detect_file(path) for path, _ in written}
    nested = [name for path, name in written if kinds[path] == "zip"]
    if nested:
        raise refuse_nested(nested[0])
    documents = [(path, name) for path, name in written if kinds[path] not in _NOT_DOCUMENTS]
    if not documents:
        raise UnreadableError(
            f"{job.name} không chứa văn bản nào đọc được (PDF, DOCX, DOC, RTF, HTML, TXT, Markdown).",
            f"{job.name} holds no document that can be read (PDF, DOCX, DOC, RTF, HTML, TXT, Markdown).",
        )
    left_out = [name for path, name in written if kinds[path] in _NOT_DOCUMENTS]
    return documents, [_note_left_out(left_out)] if left_out else []


def _note_left_out(names: list[str]) -> ReadingNote:
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    return ReadingNote(
        "members_left_out",
        "doubt",
        f"{len(names)} tệp trong ZIP không phải văn bản nên không được đọc: {shown}",
        f"{len(names)} files of the ZIP are no documents and were not read: {shown}",
    )


def _check_members(job: Job, found: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    members = [member for member in found if not member.is_dir() and not _JUNK.search(member.filename)]
    if len(found) > job.limits.members:
        raise TooLargeError(
            f"{job.name} chứa {len(found)} tệp, quá giới hạn {job.limits.members}. Hãy tách thành nhiều ZIP.",
            f"{job.name} holds {len(found)} files, more than {job.limits.members}. Make several ZIPs of it.",
        )
    for member in members:
        _check_member(job, member)
    if sum(member.file_size for member in members) > job.limits.unpacked_bytes:
        raise _bomb(job.name)
    return members


def _check_member(job: Job, member: zipfile.ZipInfo) -> None:
    name = member.filename.replace("\\", "/")
    if member.flag_bits & 1:
        raise PasswordError(
            f"{job.name} có mật khẩu. Hãy giải nén bằng mật khẩu rồi đưa các tệp vào.",
            f"{job.name} is protected by a password. Unpack it and give the files.",
        )
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise _hostile(job.name, printable_name(name))
    if stat.S_ISLNK(member.external_attr >> 16):
        raise _hostile(job.name, printable_name(name))
    if member.file_size > job.limits.file_bytes:
        raise _bomb(job.name)
    if member.file_size > _SMALL_BYTES and member.file_size > job.limits.member_ratio * member.compress_size:
        raise _bomb(job.name)


def _hostile(name: str, member: str) -> SourceError:
    return UnreadableError(
        f"{name} có tệp trỏ ra ngoài thư mục giải nén ({member}) nên bị từ chối. Hãy tạo lại ZIP.",
        f"{name} has a file that points outside its folder ({member}) and is refused. Make the ZIP anew.",
    )


def _bomb(name: str) -> TooLargeError:
    return TooLargeError(
        f"{name} giải nén ra dung lượng quá lớn nên bị từ chối. Hãy giải nén và đưa từng tệp vào.",
        f"{name} unpacks to far too much and is refused. Unpack it and give the files themselves.",
    )


def _write_all(
    job: Job, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]
) -> Iterator[tuple[Path, str]]:
    left = job.limits.unpacked_bytes
    for place, member in enumerate(members):
        job.report(place, len(members), job.name)
        path = job.scratch / f"member-{place:04d}"
        left -= _write(job, archive, member, path, left)
        yield path, f"{job.name}/{_shown_name(member)}"


def _write(job: Job, archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, left: int) -> int:
    """Bytes written; the sizes that a ZIP declares are not believed."""
    most = min(left, job.limits.file_bytes)
    size = 0
    with archive.open(member) as source, path.open("wb") as target:
        while block := source.read(_BLOCK_BYTES):
            size += len(block)
            if size > most:
                raise _bomb(job.name)
            target.write(block)
    return size


def _shown_name(member: zipfile.ZipInfo) -> str:
    """A member's own name; programs that write UTF-8 without saying so are common."""
    name = member.orig_filename
    if not member.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return printable_name(name)
