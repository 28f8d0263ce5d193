"""What machines ask of the service itself: health, metrics, description, dumps."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from graphsvc.build.dumps import digests
from graphsvc.service import Serving
from graphsvc.web.linked import RDF_FORMATS, open_headers
from graphsvc.web.metrics import Metrics
from graphsvc.web.negotiation import negotiate
from graphsvc.web.problems import HttpError
from graphsvc.web.responses import guarded, is_current


def status_router(get_serving: Callable[[], Serving], metrics: Metrics) -> APIRouter:
    """The routes `/health`, `/metrics`, `/.well-known/void`, `/dataset` and `/dumps/...`."""
    router = APIRouter(include_in_schema=False)

    async def health(request: Request) -> Response:
        serving = get_serving()
        release = serving.release
        return JSONResponse({
            "status": "ready", "release": release.id, "title": release.manifest["title"],
            "built": release.manifest["built"], "quads": release.manifest["quads"],
        }, headers={**open_headers(serving), "Cache-Control": "no-store"})

    async def counts(request: Request) -> Response:
        return Response(metrics.text(get_serving().release.id),
                        media_type="text/plain; version=0.0.4")

    async def description(request: Request) -> Response:
        serving = get_serving()
        media_type = negotiate(request.headers.get("accept"), tuple(RDF_FORMATS))
        if media_type is None:
            raise HttpError(406, "The description is RDF.", location="Accept",
                            hint=f"Ask for one of {', '.join(RDF_FORMATS)}.")
        tag = f'"{serving.release.id}.description.{media_type.rpartition("/")[2]}"'
        headers = {"ETag": tag, "Vary": "Accept", **open_headers(serving)}
        if is_current(request, tag):
            return Response(status_code=304, headers=headers)
        server = str(request.base_url).rstrip("/")
        body = serving.description.write(media_type, server)
        return Response(body, media_type=media_type, headers=headers)

    async def dump(request: Request) -> Response:
        serving = get_serving()
        folder = serving.release.path / "dumps"
        path = folder / request.path_params["name"]
        if path.parent != folder or not path.is_file():
            names = ", ".join(sorted(p.name for p in folder.iterdir()))
            raise HttpError(404, f"There is no dump {path.name}.", hint=f"There are: {names}.")
        tag = f'"{digests(serving.release.description).get(path.name, serving.release.id)}"'
        headers = {"ETag": tag, **open_headers(serving)}
        if is_current(request, tag):
            return Response(status_code=304, headers=headers)
        return FileResponse(path, media_type="application/gzip", filename=path.name,
                            headers=headers)

    async def dumps(request: Request) -> Response:
        serving = get_serving()
        folder = serving.release.path / "dumps"
        tag = f'"{serving.release.id}.dumps"'
        headers = {"ETag": tag, **open_headers(serving)}
        if is_current(request, tag):
            return Response(status_code=304, headers=headers)
        server = str(request.base_url).rstrip("/")
        known = digests(serving.release.description)
        return JSONResponse([
            {"name": path.name, "bytes": path.stat().st_size, "sha256": known.get(path.name),
             "url": f"{server}/dumps/{path.name}"}
            for path in sorted(folder.iterdir())], headers=headers)

    for path, handler in (
        ("/health", health), ("/metrics", counts), ("/.well-known/void", description),
        ("/dataset", description), ("/dumps", dumps), ("/dumps/{name}", dump),
    ):
        router.add_route(path, guarded(handler), methods=["GET", "HEAD"])
    return router
