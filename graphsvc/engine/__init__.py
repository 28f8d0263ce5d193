"""Engines."""
from graphsvc.engine.base import Engine, Limits
from graphsvc.release import Release


def create_engine(release: Release, limits: Limits, remote: str | None = None) -> Engine:
    from graphsvc.engine.opening import engine_of
    return engine_of(release, limits, remote)
