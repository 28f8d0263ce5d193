"""The service and its peers, each as its own package starts it, over the same triples."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.data import QUERIES, Prepared

PACKAGES = ("oxigraph==0.5.13", "datasette==0.65", "rdflib-endpoint==0.6.3", "shmarql==0.70",
            "uvicorn==0.54.0", "pyshacl==0.40.1")
"""What the environment of the peers holds."""

START_SECONDS = 600.0
SETTLE_SECONDS = 60
_MIB = 1 << 20


@dataclass(frozen=True)
class Server:
    """A server that answers. start_seconds: from the start of its process to an answer."""

    name: str
    url: str
    process: subprocess.Popen[bytes]
    start_seconds: float

    def resident_mib(self) -> float:
        """Memory of all its processes, in MiB; what they share is counted once."""
        return sum(_proportional(pid) for pid in _tree(self.process.pid)) / _MIB

    def settle(self) -> None:
        """Wait until it does nothing: what it still loads in the background is loaded."""
        used = -1.0
        for _ in range(SETTLE_SECONDS):
            before, used = used, sum(_processor_seconds(pid) for pid in _tree(self.process.pid))
            if used - before < 0.05 and before >= 0:
                return
            time.sleep(1)


@dataclass(frozen=True)
class _Command:
    """How a server is started. load: what it is sent before it has its data."""

    arguments: list[str]
    path: str
    environment: dict[str, str]
    folder: Path
    load: Path | None = None


def install(peers: Path) -> None:
    """Make the peers' environment where it is missing."""
    if not (peers / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(peers)], check=True)
        subprocess.run([str(peers / "bin" / "pip"), "install", "--quiet", *PACKAGES], check=True)


def available(peers: Path) -> list[str]:
    """The servers that can be started here, ours first."""
    oxigraph = (peers / "bin" / "oxigraph").exists()
    found = {"graphsvc": True, "oxigraph": oxigraph, "oxigraph in memory": oxigraph,
             "datasette": (peers / "bin" / "datasette").exists(),
             "rdflib-endpoint": (peers / "bin" / "rdflib-endpoint").exists(),
             "shmarql": bool(list(peers.glob("lib/python3*/site-packages/shmarql"))),
             "virtuoso": bool(shutil.which("virtuoso-t") and shutil.which("isql-vt"))}
    return [name for name in COMMANDS if found[name]]


@contextmanager
def running(name: str, data: Prepared, peers: Path) -> Iterator[Server]:
    """Start a server; it is stopped, with all its processes, when the context is left."""
    port = free_port()
    command = COMMANDS[name](data, peers, port)
    log = (data.folder / f"{name}.log").open("wb")
    begun = time.perf_counter()
    process = subprocess.Popen(
        command.arguments, cwd=command.folder, env={**os.environ, **command.environment},
        stdout=log, stderr=log, start_new_session=True)
    url = f"http://127.0.0.1:{port}{command.path}"
    try:
        if command.load:
            _load(process, url, command.load, begun)
        _wait(process, url, begun)
        yield Server(name, url, process, time.perf_counter() - begun)
    finally:
        _stop(process)
        log.close()


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _load(process: subprocess.Popen[bytes], url: str, triples: Path, begun: float) -> None:
    """Send a server its data (SPARQL 1.1 Graph Store Protocol), as soon as it takes it."""
    store = f"{url.rpartition('/')[0]}/store?default"
    while time.perf_counter() - begun < START_SECONDS and process.poll() is None:
        with triples.open("rb") as file, suppress(httpx.TransportError):
            httpx.put(store, content=file, timeout=START_SECONDS,
                      headers={"Content-Type": "application/n-triples"}).raise_for_status()
            return
        time.sleep(0.05)


def _wait(process: subprocess.Popen[bytes], url: str, begun: float) -> None:
    """Until it answers a query with its data. Raises RuntimeError where it does not."""
    query = {"query": "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"}
    accept = {"Accept": "application/sparql-results+json"}
    with httpx.Client(timeout=10, headers=accept) as client:
        while time.perf_counter() - begun < START_SECONDS and process.poll() is None:
            try:
                answer = client.get(url, params=query)
                if answer.status_code == 200 and (
                        url.endswith(".json") or answer.json()["results"]["bindings"]):
                    return
            except (httpx.TransportError, ValueError, KeyError):
                pass
            time.sleep(0.005)
    raise RuntimeError(f"{url} does not answer (exit status {process.poll()})")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        for pid in reversed(_tree(process.pid)):
            os.kill(pid, 9)
        process.wait()


def _tree(pid: int) -> list[int]:
    """A process and all below it."""
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # it may just have ended
            children += map(int, task.read_text().split())
    return [pid, *(below for child in children for below in _tree(child))]


def _proportional(pid: int) -> int:
    """Bytes of a process; pages shared with others are shared out (proc(5), smaps_rollup)."""
    with suppress(OSError):  # it may just have ended
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    return 0


def _processor_seconds(pid: int) -> float:
    """Processor time of a process so far (proc(5), stat)."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _graphsvc(data: Prepared, peers: Path, port: int) -> _Command:
    arguments = [sys.executable, "-m", "graphsvc", "serve", "--port", str(port),
                 "--releases", str(data.releases)]
    return _Command(arguments, "/sparql", {}, Path.cwd())


def _oxigraph(data: Prepared, peers: Path, port: int) -> _Command:
    oxigraph = str(peers / "bin" / "oxigraph")
    store = data.folder / f"oxigraph-{data.digest}"
    if not store.exists():
        for action in (["load", "--file", str(data.triples)], ["optimize"]):
            subprocess.run([oxigraph, action[0], "--location", str(store), *action[1:]],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    arguments = [oxigraph, "serve-read-only", "--location", str(store),
                 "--bind", f"127.0.0.1:{port}"]
    return _Command(arguments, "/query", {}, data.folder)


def _oxigraph_in_memory(data: Prepared, peers: Path, port: int) -> _Command:
    arguments = [str(peers / "bin" / "oxigraph"), "serve", "--bind", f"127.0.0.1:{port}"]
    return _Command(arguments, "/query", {}, data.folder, load=data.triples)


def _datasette(data: Prepared, peers: Path, port: int) -> _Command:
    """Datasette over one table of the release: who uses which approach, at which stage."""
    database = data.folder / f"datasette-{data.digest}.db"
    if not database.exists():
        found = data.store.query(
            (QUERIES / "table.rq").read_text(encoding="utf-8"), use_default_graph_as_union=True)
        names = [variable.value for variable in found.variables]  # type: ignore[union-attr]
        with sqlite3.connect(database) as table:
            table.execute(f"CREATE TABLE uses ({', '.join(names)})")
            table.executemany(
                f"INSERT INTO uses VALUES ({', '.join('?' * len(names))})",
                ([None if term is None else term.value for term in row] for row in found))
    arguments = [str(peers / "bin" / "datasette"), "serve", "--immutable", str(database),
                 "--host", "127.0.0.1", "--port", str(port)]
    return _Command(arguments, f"/{database.stem}/uses.json", {}, data.folder)


def _rdflib_endpoint(data: Prepared, peers: Path, port: int) -> _Command:
    arguments = [str(peers / "bin" / "rdflib-endpoint"), "serve", "--host", "127.0.0.1",
                 "--port", str(port), str(data.triples)]
    return _Command(arguments, "/", {}, data.folder)


def _shmarql(data: Prepared, peers: Path, port: int) -> _Command:
    arguments = [str(peers / "bin" / "python"), "-m", "uvicorn", "shmarql.main:app",
                 "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    return _Command(arguments, "/sparql", {"DATA_LOAD_PATHS": str(data.triples)}, data.folder)


def _virtuoso(data: Prepared, peers: Path, port: int) -> _Command:
    folder = data.folder / f"virtuoso-{data.digest}"
    settings = (Path(__file__).parent / "virtuoso.ini").read_text(encoding="utf-8")
    fresh = not folder.exists()
    folder.mkdir(exist_ok=True)
    sql_port = free_port()
    (folder / "virtuoso.ini").write_text(
        settings.format(folder=folder, data=data.folder, sql_port=sql_port, port=port))
    arguments = ["virtuoso-t", "+configfile", str(folder / "virtuoso.ini"), "+foreground"]
    if fresh:
        _load_virtuoso(arguments, folder, data.triples, sql_port)
    return _Command(arguments, "/sparql", {}, folder)


def _load_virtuoso(arguments: list[str], folder: Path, triples: Path, sql_port: int) -> None:
    """Load once, write a checkpoint, and shut down."""
    process = subprocess.Popen(arguments, cwd=folder, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    load = (f"ld_dir('{triples.parent}', '{triples.name}', 'urn:all'); rdf_loader_run(); "
            "checkpoint; shutdown;")
    isql = ["isql-vt", f"localhost:{sql_port}", "dba", "dba", f"exec={load}"]
    for _ in range(300):
        if _listens(sql_port):
            break
        time.sleep(0.1)
    subprocess.run(isql, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.wait(START_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


COMMANDS: dict[str, Callable[[Prepared, Path, int], _Command]] = {
    "graphsvc": _graphsvc, "oxigraph": _oxigraph, "oxigraph in memory": _oxigraph_in_memory,
    "datasette": _datasette, "virtuoso": _virtuoso,
    "rdflib-endpoint": _rdflib_endpoint, "shmarql": _shmarql,
}
