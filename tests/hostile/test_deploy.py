"""The files in deploy/, started for real: two replicas of the service over one folder of releases
behind nginx and behind Caddy."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from graphsvc.build.pipeline import build
from graphsvc.release import Release, Releases
from tests.conftest import ROOT
from tests.hostile.conftest import project
from tests.hostile.queries import SMALL, once_more
from tests.hostile.raw import Answer, Wire, head, sparql
from tests.hostile.service import Own, Service, started, wait_until
from tests.hostile.test_releases import EXTRA
from tests.serving import free_port

DEPLOY = ROOT / "deploy"
NAME = "graphs.example.org"
"""The name in the shipped configurations."""

PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
ASKED = ("SELECT (COUNT(*) AS ?n) { ?s ?p 'Another name'@en }", "ASK { ?s ?p 'Another name'@en }")
_addresses = count()


def program(name: str) -> str:
    """Where a program is; skips where it is not installed."""
    found = shutil.which(name, path=PATH)
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


def somebody() -> str:
    """An address that no request came from lately, so that no limit on clients is met."""
    number = next(_addresses)
    return f"127.0.{2 + number // 250 % 250}.{1 + number % 250}"


def quiet_port() -> int:
    """A free port that no connection of this machine gets by chance while a proxy starts."""
    for port in range(20_000 + os.getpid() % 5_000, 32_000):
        with suppress(OSError), socket.create_server(("", port)):
            return port
    raise AssertionError("no port is free")


@dataclass
class Proxy(Service):
    """A proxy in front of the service, asked by its public name."""

    program: str

    def ask(self, path: str, *headers: str, method: str = "GET", body: bytes = b"",
            source: str = "") -> Answer:
        with self.wire(source=source or somebody(), patience=60) as wire:
            wire.send(head(method, path, f"Host: {NAME}", *headers,
                           *([f"Content-Length: {len(body)}"] if body else [])) + body)
            return wire.answer(method)


@dataclass
class Site:
    """Two replicas, two releases, and the proxy."""

    releases: Releases
    old: Release
    new: Release
    replicas: tuple[Own, Own]
    proxy: Proxy


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Releases, Release, Release]:
    """Two releases, the first of them current."""
    folder = tmp_path_factory.mktemp("replicas")
    releases = Releases(folder / "releases")
    build(project(folder / "one"), releases)
    old = releases.current()
    build(project(folder / "two", EXTRA), releases)
    new = releases.current()
    releases.switch(old)
    return releases, old, new


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def site(request: pytest.FixtureRequest, pair: tuple[Releases, Release, Release],
         tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The shipped configuration with other ports and nothing else changed."""
    run = program(request.param)
    releases, old, new = pair
    folder = tmp_path_factory.mktemp(request.param)
    port = quiet_port()
    command, environment = {"nginx": nginx, "caddy": caddy}[request.param](run, folder, port)
    with ExitStack() as stack:
        one, two = (stack.enter_context(started(
            releases.folder, folder / f"replica-{number}", "--trusted-proxies", "127.0.0.1"))
            for number in (1, 2))
        for path in [*folder.glob("*.conf"), *folder.glob("Caddyfile")]:
            text = path.read_text().replace(":8001", f":{one.port}")
            path.write_text(text.replace(":8002", f":{two.port}"))
        log = stack.enter_context((folder / "log").open("wb"))
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT,
                                   env=os.environ | environment)
        proxy = Proxy(f"http://127.0.0.1:{port}", request.param)
        try:
            wait_until(lambda: process.poll() is not None or proxy.healthy(), 30,
                       f"{request.param} does not answer")
            assert process.poll() is None, (folder / "log").read_text()
            yield Site(releases, old, new, (one, two), proxy)
        finally:
            process.terminate()
            process.wait(30)


def nginx(run: str, folder: Path, port: int) -> tuple[list[str], dict[str, str]]:
    shipped = (DEPLOY / "nginx.conf").read_text()
    (folder / "graphsvc.conf").write_text(shipped.replace("listen 80", f"listen 127.0.0.1:{port}"))
    temporary = "".join(f"{name}_temp_path {folder}/{name};\n" for name in (
        "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}"
        "include graphsvc.conf;\n}\n")
    return [run, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr",
            "-g", "daemon off; master_process off;"], {}


def caddy(run: str, folder: Path, port: int) -> tuple[list[str], dict[str, str]]:
    shipped = (DEPLOY / "Caddyfile").read_text()
    (folder / "Caddyfile").write_text(
        shipped.replace(f"\n{NAME} {{", f"\nhttp://{NAME}:{port} {{"))
    return ([run, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"],
            {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder),
             "CADDY_ADMIN": f"127.0.0.1:{free_port()}"})


def each(site: Site, path: str, *headers: str) -> list[Answer]:
    """The answers of both replicas, asked as the proxy asks, and of the proxy."""
    forwarded = (f"X-Forwarded-Host: {NAME}", "X-Forwarded-Proto: http")
    answers = []
    for replica in site.replicas:
        with replica.wire() as wire:
            wire.send(head("GET", path, f"Host: {NAME}", *forwarded, *headers))
            answers.append(wire.answer())
    return [*answers, site.proxy.ask(path, *headers)]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "accept"), [
    ("/", "text/html"), ("/questions", "text/html"), ("/search?q=emma", "text/html"),
    ("/docs", "text/html"), ("/dataset", "text/turtle"), ("/dumps", "application/json"),
    ("/api/questions", "application/json"), ("/api/questions/works", "application/json"),
    ("/openapi.json", "application/json"), ("/export/authors.graphml", "*/*"),
    ("/export/authors.svg", "*/*"), ("/id/work/emma", "text/turtle"), ("/dumps/all.nq.gz", "*/*"),
    ("/sparql", "text/turtle"), (sparql(SMALL), "text/csv"),
])
def test_both_replicas_and_the_proxy_give_the_same_bytes_and_tags(
    path: str, accept: str, site: Site
) -> None:
    one, two, proxied = each(site, path, f"Accept: {accept}")
    assert one.status == two.status == proxied.status == 200
    assert one.body == two.body == proxied.body
    assert one.header("etag") == two.header("etag") == proxied.header("etag") != ""
    again = site.proxy.ask(path, f"Accept: {accept}", f"If-None-Match: {one.header('etag')}")
    assert (again.status, again.body) == (304, b"")


@pytest.mark.slow
@pytest.mark.parametrize(("path", "accept"), [
    ("/docs", "text/html"), ("/dumps", "application/json"), ("/dataset", "text/turtle"),
    ("/sparql", "text/turtle"), ("/openapi.json", "application/json"),
    ("/api/questions", "application/json"),
])
def test_addresses_in_answers_are_the_proxys_whatever_the_client_claims(
    path: str, accept: str, site: Site
) -> None:
    claims = ("X-Forwarded-Host: evil.example", "X-Forwarded-Proto: gopher",
              "X-Forwarded-Prefix: /evil", "Forwarded: host=evil.example",
              "X-Forwarded-For: 203.0.113.9")
    plain = site.proxy.ask(path, f"Accept: {accept}")
    claimed = site.proxy.ask(path, f"Accept: {accept}", *claims)
    assert plain.body == claimed.body
    text = plain.body.decode()
    assert re.search(rf"http://{re.escape(NAME)}[/\"]", text)
    assert "evil" not in text and "gopher" not in text
    assert not any(str(replica.port) in text for replica in site.replicas)


@pytest.mark.slow
@pytest.mark.parametrize("path", [
    "/metrics", "//metrics", "/./metrics", "/%6detrics", "/a/../metrics", "/metrics?a",
    "/metrics#a", "/METRICS", "/metrics/", "/metrics%00"])
def test_metrics_stay_inside(path: str, site: Site) -> None:
    answer = site.proxy.ask(path)
    assert answer.status in (301, 307, 400, 403, 404) and b"graphsvc_" not in answer.body
    assert site.replicas[0].ask("/metrics").status == 200


@pytest.mark.slow
def test_an_upgrade_goes_no_further_than_the_proxy(site: Site) -> None:
    smuggled = b"GET /metrics HTTP/1.1\r\nHost: inside\r\n\r\n"
    query = b"SELECT (1 AS ?n) {}"
    for body in (query, smuggled):
        with site.proxy.wire(source=somebody()) as wire:
            wire.send(head("POST", "/sparql", f"Host: {NAME}", "Accept: text/csv",
                           "Content-Type: application/sparql-query", "Connection: Upgrade, close",
                           "Upgrade: h2c", f"Content-Length: {len(body)}"), body)
            answers = wire.answers()
        assert len(answers) == 1
        assert answers[0].status == (200 if body == query else 400)
        assert b"graphsvc_" not in answers[0].body


@pytest.mark.slow
def test_a_release_switch_behind_the_proxy_loses_no_request_and_mixes_no_answer(
    site: Site
) -> None:
    seen: list[tuple[int, int, str, bytes]] = []
    stop = threading.Event()

    def keep_asking() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            query = ASKED[turn % 2] if turn % 3 else once_more(ASKED[turn % 2])
            answer = site.proxy.ask(sparql(query), "Accept: application/sparql-results+json")
            seen.append((turn % 2, answer.status, answer.header("x-release"), answer.body))

    threads = [threading.Thread(target=keep_asking) for _ in range(4)]
    for thread in threads:
        thread.start()
    for release in (site.new, site.old, site.new, site.old):
        site.releases.switch(release)
        wait_until(lambda: all(
            json.loads(replica.ask("/health").body)["release"] == release.id  # noqa: B023
            for replica in site.replicas), 30)
        much = len(seen) + 40
        wait_until(lambda: len(seen) > much, 30)  # noqa: B023
    stop.set()
    for thread in threads:
        thread.join()
    assert Counter(status for _, status, _, _ in seen) == {200: len(seen)}
    for which in range(2):
        given = {(release, body) for query, _, release, body in seen if query == which}
        assert {release for release, _ in given} == {site.old.id, site.new.id}
        assert len(given) == len({body for _, body in given}) == 2


@pytest.mark.slow
def test_a_client_stays_with_one_replica(site: Site) -> None:
    """So that what it sees during a switch changes once."""
    def reached(source: str) -> tuple[int, int]:
        before = [served(replica) for replica in site.replicas]
        for _ in range(10):
            assert site.proxy.ask("/api/questions", source=source).status == 200
        first, second = (served(replica) - was for replica, was
                         in zip(site.replicas, before, strict=True))
        return first, second

    def served(replica: Own) -> int:
        text = replica.ask("/metrics").body.decode()
        return int(sum(float(line.rpartition(" ")[2]) for line in text.splitlines()
                       if re.match(r"graphsvc_(requests|cache_hits)_total\{.*api", line)))

    assert {tuple(sorted(reached(somebody()))) for _ in range(3)} == {(0, 10)}


@pytest.mark.slow
def test_a_body_that_is_too_large_is_refused_by_the_proxy(site: Site) -> None:
    with site.proxy.wire(source=somebody()) as wire:
        with suppress(OSError):
            wire.send(head("POST", "/sparql", f"Host: {NAME}", "Content-Length: 5000000",
                           "Content-Type: application/sparql-query"), b"#" * 5_000_000)
        answers = wire.answers()
    assert [answer.status for answer in answers] in ([413], [400], [502], [])
    assert site.proxy.healthy()


@pytest.mark.slow
def test_a_head_that_is_too_large_is_refused_by_the_proxy(site: Site) -> None:
    answer = site.proxy.ask("/health", "X-Long: " + "a" * 200_000)
    assert answer.status in (400, 414, 431)


@pytest.mark.slow
def test_a_client_that_stops_in_the_middle_is_dropped_by_the_proxy(site: Site) -> None:
    beginnings = (f"GET /health HTTP/1.1\r\nHost: {NAME}\r\n".encode(),
                  head("POST", "/sparql", f"Host: {NAME}", "Content-Length: 10",
                       "Content-Type: application/sparql-query"))
    with ExitStack() as stack:
        wires: list[Wire] = [stack.enter_context(site.proxy.wire(source=somebody(), patience=40))
                             for _ in beginnings]
        for wire, beginning in zip(wires, beginnings, strict=True):
            wire.send(beginning)
        for wire in wires:
            assert all(answer.status >= 400 or not answer.body  # Caddy's odd way to end it
                       for answer in wire.answers())


@pytest.mark.slow
def test_a_client_that_asks_too_often_is_refused_and_others_are_not(site: Site) -> None:
    if site.proxy.program != "nginx":
        pytest.skip("Caddy as it comes has no limit on requests per client")
    source = somebody()
    with site.proxy.wire(source=source) as wire:
        wire.send(head("GET", "/health", f"Host: {NAME}") * 400)
        statuses = Counter(wire.answer().status for _ in range(400))
    assert statuses[429] > 100 and statuses[200] > 50 and set(statuses) == {200, 429}
    assert site.proxy.ask("/health", source=somebody()).status == 200


@pytest.mark.slow
def test_other_names_get_nothing(site: Site) -> None:
    with site.proxy.wire(source=somebody()) as wire:
        wire.send(head("GET", "/health", "Host: evil.example", "Connection: close"))
        assert all(b"release" not in answer.body for answer in wire.answers())


@pytest.mark.slow
def test_a_replica_that_dies_is_missed_by_nobody(site: Site) -> None:
    """The last test of a site, for the replica does not come back."""
    for pid in site.replicas[1].tree:
        os.kill(pid, signal.SIGKILL)
    statuses = Counter(site.proxy.ask(sparql(once_more(SMALL))).status for _ in range(40))
    assert statuses == {200: 40}
