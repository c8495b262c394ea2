"""How fast each format is read, and with how much memory: pages a second of the same text.

    python benchmarks/reading_speed.py [--laws ../shared/data/laws] [--pages 60]

The text is that of the acts in a folder of article lines, or of the shipped corpus. LibreOffice makes
a PDF, a DOC, an RTF and a page of it, and the first pages of the PDF become a scan. Pages are always
those of the PDF. Memory is the most that a reading process and its children held at once.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import subprocess
import tempfile
import time
from pathlib import Path

from assistant.loading.reading import read_source

SCANNED_PAGES = 4
LINES_A_PAGE = 14


def read_paragraphs(laws: Path | None, pages: int) -> list[str]:
    """About so many pages of legal text."""
    found: list[str] = []
    if laws is None:
        from assistant.build import load_shipped_documents

        found = [line for document in load_shipped_documents() for line in document.body.split("\n")]
    else:
        for path in sorted(laws.glob("*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                article = json.loads(line)
                found += [f"Điều {article['dieu']}. {article['title']}", *article["text"].split("\n")]
    return [line for line in found if line.strip()][: pages * LINES_A_PAGE]


def make_files(paragraphs: list[str], folder: Path) -> tuple[dict[str, Path], int]:
    """The text in every format; needs LibreOffice.

    Heavy packages are imported here: a child's memory is counted from what its parent holds.
    """
    import docx
    import pypdfium2 as pdfium

    (folder / "text.txt").write_text("\n".join(paragraphs), encoding="utf-8")
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(folder / "text.docx"))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    for kind in ("pdf", "doc", "rtf", "html"):
        command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder)]
        subprocess.run([*command, str(folder / "text.docx")], check=True, capture_output=True)
    printed = pdfium.PdfDocument(folder / "text.pdf")
    pictures = [
        printed[place].render(scale=200 / 72, grayscale=True).to_pil() for place in range(SCANNED_PAGES)
    ]
    pictures[0].save(folder / "scan.pdf", save_all=True, append_images=pictures[1:], resolution=200)
    names = ("text.txt", "text.docx", "text.html", "text.pdf", "text.doc", "text.rtf", "scan.pdf")
    return {name: folder / name for name in names}, len(printed)


def measure(path: Path) -> tuple[float, float, int]:
    """Seconds, megabytes and characters of one reading, in a process that reads nothing else."""
    began = time.perf_counter()
    (text,) = read_source(path)
    seconds = time.perf_counter() - began
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, len(text.text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--laws", type=Path)
    parser.add_argument("--pages", type=int, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files, pages = make_files(read_paragraphs(asked.laws, asked.pages), Path(folder))
        print("| file | pages | characters | seconds | pages/s | MB |\n|---|---|---|---|---|---|")
        for name, path in files.items():
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                seconds, megabytes, characters = pool.apply(measure, (path,))
            read = SCANNED_PAGES if name == "scan.pdf" else pages
            speed, size = f"{seconds:.2f} | {read / seconds:.1f}", f"{megabytes:.0f}"
            print(f"| {name} | {read} | {characters:,} | {speed} | {size} |", flush=True)


if __name__ == "__main__":
    main()
