"""The official texts that `corpus/sources.toml` lists: fetched, checked to be what was asked for.

Decision: an address is never believed. What came must bear the number that was asked for in its own
head and have the official number of articles; a page that holds another law, a draft or half a text
is refused with what was found. Nobody reads these before they are added, so a severe doubt refuses.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.doubts_text import article_numbers
from assistant.errors import AssistantError, CancelledError, ConfigurationError, DocumentError
from assistant.evidence import normal_number
from assistant.intake import Intake, Preview, refusal_of
from assistant.loading.extracted import Cancelled, Progress
from assistant.text import fold

# Publishers of the texts themselves; a text from elsewhere is a copy, however good.
_OFFICIAL_HOSTS = ("gov.vn", "chinhphu.vn", "quochoi.vn", "un.org", "unodc.org", "coe.int", "europa.eu")


@dataclass(frozen=True, slots=True)
class OfficialSource:
    """One entry of sources.toml. `articles` is 0 where the official count is not known."""

    id: str
    number: str
    title: str
    addresses: tuple[str, ...]
    articles: int


class WrongTextError(DocumentError):
    """What came is another text than the one asked for, a draft of it, or a part of it."""


def load_sources(path: Path) -> dict[str, OfficialSource]:
    """The sources of a file by text id. Raises ConfigurationError that names what is wrong."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("source", [])
        sources = [_source_of(entry) for entry in entries]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{path} is not a list of sources ({error}). Each [[source]] needs id, number, title, url "
            "and expected_articles, as in corpus/sources.toml."
        ) from error
    return {source.id: source for source in sources}


def _source_of(entry: dict[str, Any]) -> OfficialSource:
    addresses = (entry["url"], *entry.get("other_urls", ()))
    return OfficialSource(
        id=entry["id"],
        number=entry["number"],
        title=entry["title"],
        addresses=tuple(address for address in addresses if address),
        articles=int(entry.get("expected_articles", 0)),
    )


def choose_sources(sources: dict[str, OfficialSource], ids: Sequence[str]) -> list[OfficialSource]:
    """Those named, or all that have an address. Raises ConfigurationError for an unknown id."""
    unknown = [id_ for id_ in ids if id_ not in sources]
    if unknown:
        raise ConfigurationError(
            f"There is no source {', '.join(unknown)}. Known: {', '.join(sorted(sources))}."
        )
    return [sources[id_] for id_ in ids] or [s for s in sources.values() if s.addresses]


def fetch_text(
    intake: Intake,
    source: OfficialSource,
    *,
    file: Path | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled = lambda: False,
) -> Preview:
    """A preview of the official text, checked, from the first address that gives it, or from `file`.

    Raises WrongTextError or a SourceError that says what each address gave instead.
    """
    places: list[str | Path] = [file] if file else list(source.addresses)
    if not places:
        raise DocumentError(
            f"{source.id}: chưa biết địa chỉ của {source.number}. Hãy tải tệp rồi dùng --from TỆP. / "
            f"no address of {source.number} is known. Get the file and give it with --from FILE."
        )
    failures = []
    for place in places:
        try:
            return _fetch_from(intake, source, place, progress, cancelled)
        except CancelledError:
            raise
        except AssistantError as error:
            failures.append(f"{place}: {error}")
    raise DocumentError(" | ".join(failures))


def _fetch_from(
    intake: Intake,
    source: OfficialSource,
    place: str | Path,
    progress: Progress | None,
    cancelled: Cancelled,
) -> Preview:
    previews = intake.make_previews(place, progress=progress, cancelled=cancelled)
    if len(previews) > 1:
        fitting = [held for held in previews if _bears(held, source.number)]
        previews = fitting or previews
    preview = previews[0]
    check_text(preview, source)
    if preview.standing == "same":
        return preview
    fields: dict[str, Any] = {
        "id": source.id,
        "text_kind": "official",
        "authority": "official",
        "verified": "official" if preview.address and is_official(preview.address) else "secondary",
        "as_of": date.today(),
    }
    if preview.address:
        fields["source_url"] = preview.address
    checked = intake.revise(preview, fields)
    if checked.severe:
        raise WrongTextError(refusal_of(checked))
    return checked


def is_official(address: str) -> bool:
    """Whether the address is at a publisher of the texts themselves."""
    host = urlsplit(address).hostname or ""
    return any(host == name or host.endswith(f".{name}") for name in _OFFICIAL_HOSTS)


def check_text(preview: Preview, source: OfficialSource) -> None:
    """Raise WrongTextError unless the text bears the number asked for and has all its articles."""
    number = preview.document.number
    stated = preview.metadata.number if preview.metadata else None
    if stated is not None and stated.how == "file_name":
        number = None
    if number is None or not _bears(preview, source.number):
        title = preview.document.title
        raise WrongTextError(
            f"Cần {source.number}, nhưng văn bản nhận được mang số {number or '–'} (“{title}”). / "
            f"Asked for {source.number}, but what came bears the number {number or '–'} (“{title}”)."
        )
    expected = source.articles or preview.document.articles_total or 0
    found = len(set(article_numbers(preview.provisions)))
    if source.articles and found != expected:
        vi = "bản chưa đủ" if found < expected else "bản khác hoặc dự thảo"
        en = "incomplete" if found < expected else "another version or a draft"
        raise WrongTextError(
            f"{source.number} có {expected} điều nhưng văn bản nhận được có {found}: {vi}. / "
            f"{source.number} has {expected} articles, but what came has {found}: {en}."
        )


def _bears(preview: Preview, number: str) -> bool:
    own = preview.document.number
    return own is not None and fold(normal_number(own)) == fold(normal_number(number))
