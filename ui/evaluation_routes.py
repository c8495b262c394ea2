"""The files of runs, and the template. A name is looked up and never joined from what was asked."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from assistant.config import Settings
from assistant.evaluation.report import HTML, REPORT_FILES
from assistant.evaluation.run_folder import list_runs, runs_folder
from assistant.evaluation.template import write_template
from ui.evaluation_render import FILES_PATH

_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8", ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# The report names its own script and style by hash in a policy of its own; this one, in force
# beside it, keeps everything else out and lets nobody frame it.
_REPORT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts"
)


def make_evaluation_routes(settings: Settings) -> APIRouter:
    """Reports and tables of the runs in the data folder, under FILES_PATH."""
    router = APIRouter(prefix=FILES_PATH)

    @router.get("/template.{kind}")
    def template(kind: str) -> Response:
        if kind not in ("csv", "xlsx"):
            return Response(status_code=404)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"template.{kind}"
            write_template(path)
            return _download(path.read_bytes(), path.name)

    @router.get("/{run_id}/{name}")
    def run_file(run_id: str, name: str, download: str = "") -> Response:
        held = {folder.path.name: folder for folder, _ in list_runs(runs_folder(settings))}
        if run_id not in held or name not in REPORT_FILES:
            return Response(status_code=404)
        path = held[run_id].path / name
        if not path.is_file():
            return Response(status_code=404)
        if name == HTML and not download:
            headers = {"content-security-policy": _REPORT_POLICY, "cache-control": "no-cache"}
            return FileResponse(path, media_type=_MEDIA_TYPES[".html"], headers=headers)
        return FileResponse(path, media_type=_MEDIA_TYPES[path.suffix], filename=f"{run_id}-{name}")

    return router


def _download(content: bytes, name: str) -> Response:
    return Response(
        content, media_type=_MEDIA_TYPES[Path(name).suffix],
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
