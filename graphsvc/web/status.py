"""What machines ask of the service itself: health, metrics, dumps."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from graphsvc.formats import file_type
from graphsvc.service import Serving
from graphsvc.web.metrics import Metrics
from graphsvc.web.problems import HttpError

_NEVER_KEPT = {"Cache-Control": "no-store"}


def status_router(serving: Serving, metrics: Metrics) -> APIRouter:
    """The routes `/health`, `/metrics` and `/dumps/...`."""
    router = APIRouter(include_in_schema=False)
    release = serving.release
    dumps_folder = release.path / "dumps"
    known = release.dump_digests

    async def health(request: Request) -> Response:
        await serving.engine.health()
        return JSONResponse({
            "status": "ready", "release": release.id, "title": release.manifest["title"],
            "built": release.manifest["built"], "quads": release.manifest["quads"],
        }, headers=_NEVER_KEPT)

    async def counts(request: Request) -> Response:
        return Response(metrics.text(), headers={**_NEVER_KEPT,
                                                 "Content-Type": metrics.content_type})

    async def dump(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in known:
            raise HttpError(404, f"There is no dump {name[:80]}.",
                            hint=f"There are: {', '.join(sorted(known))}.")
        return FileResponse(dumps_folder / name, filename=name, media_type=file_type(name),
                            headers={"ETag": f'"{known[name]}"'})

    async def dumps(request: Request) -> Response:
        return JSONResponse([
            {"name": name, "bytes": (dumps_folder / name).stat().st_size, "sha256": digest,
             "url": f"{_server(request)}/dumps/{name}"}
            for name, digest in sorted(known.items())])

    for path, handler in (
        ("/health", health), ("/metrics", counts), ("/dumps", dumps), ("/dumps/{name}", dump),
    ):
        router.add_route(path, handler, methods=["GET"])
    return router


def _server(request: Request) -> str:
    return str(request.base_url).rstrip("/")
