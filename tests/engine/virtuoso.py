"""Starting a real Virtuoso 7 for a test, as docs/scaling.md has it; stopped by its own id."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.serving import free_port

SERVER, CLIENT = "virtuoso-t", "isql-vt"
START_SECONDS = 60.0
LOAD_SECONDS = 120.0

_INI = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
DirsAllowed = {folder}
ThreadsPerQuery = 2
NumberOfBuffers = 20000
MaxDirtyBuffers = 12000
MaxQueryMem = 512M
MaxSortedTopRows = 1000000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 1000000
MaxQueryExecutionTime = 60
"""


def installed() -> bool:
    """Whether Virtuoso 7 (Debian: virtuoso-opensource-7) is on this machine."""
    return all(shutil.which(program) for program in (SERVER, CLIENT))


@contextmanager
def virtuoso(folder: Path, dump: Path) -> Iterator[str]:
    """Run a server in a folder of its own, and load N-Quads (gzipped); its SPARQL endpoint.

    Raises RuntimeError with the server's own words where it does not start or load.
    """
    sql, http = free_port(), free_port()
    shutil.copy(dump, folder / "all.nq.gz")
    (folder / "virtuoso.ini").write_text(_INI.format(folder=folder, sql=sql, http=http))
    with (folder / "out").open("wb") as out:
        server = subprocess.Popen(
            [SERVER, "+foreground", "+configfile", folder / "virtuoso.ini"],
            cwd=folder, stdout=out, stderr=subprocess.STDOUT)
    try:
        endpoint = f"http://127.0.0.1:{http}/sparql"
        _wait(server, endpoint, folder)
        _load(sql, folder)
        yield endpoint
    finally:
        server.kill()
        server.wait()


def _wait(server: subprocess.Popen[bytes], endpoint: str, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            if httpx.get(endpoint, params={"query": "ASK {}"}, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError((folder / "out").read_text(errors="replace")[-2000:])


def _load(port: int, folder: Path) -> None:
    """Load the dump; the loader tells its failures in a table only."""
    done = subprocess.run(
        [CLIENT, f"127.0.0.1:{port}", "dba", "dba", "VERBOSE=OFF", "PROMPT=OFF",
         f"EXEC=ld_dir('{folder}', 'all.nq.gz', 'urn:none'); rdf_loader_run(); checkpoint; "
         "SELECT ll_error FROM DB.DBA.load_list WHERE ll_state <> 2 OR ll_error IS NOT NULL;"],
        capture_output=True, text=True, timeout=LOAD_SECONDS)
    if done.returncode or "Error" in done.stdout + done.stderr:
        raise RuntimeError(done.stdout + done.stderr)
