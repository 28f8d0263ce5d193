"""The unit and the container in deploy/: valid, closed up, and with options that exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.hostile.test_deploy import DEPLOY, program


def test_the_unit_is_valid_and_closed_up(tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    text = (DEPLOY / "graphsvc@.service").read_text()
    unit = tmp_path / "graphsvc@8001.service"
    unit.write_text(text.replace("/opt/graphsvc/bin/graphsvc", f"{sys.executable} -m graphsvc"))
    verified = subprocess.run([analyze, "verify", "--man=no", str(unit)], capture_output=True,
                              text=True, timeout=60, check=False)
    ours = [line for line in verified.stderr.splitlines() if unit.name in line]
    assert ours == []
    for line in ("DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict"):
        assert line in text.splitlines()
    security = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", str(unit)],
        capture_output=True, text=True, timeout=60, check=False)
    assert security.returncode == 0, security.stdout[-500:]


def test_options_in_the_deployed_files_exist() -> None:
    known = subprocess.run([sys.executable, "-m", "graphsvc", "serve", "--help"], text=True,
                           capture_output=True, check=True).stdout
    for name in ("graphsvc@.service", "Containerfile"):
        lines = (DEPLOY / name).read_text().splitlines()
        for line in lines:
            if line.startswith(("ExecStart=", "CMD [")):
                options = re.findall(r"--[a-z-]+", line)
                assert [option for option in options if option not in known] == []


def test_the_composed_service_is_as_closed_up_as_a_single_one() -> None:
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    service = composed["services"]["service"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    known = subprocess.run([sys.executable, "-m", "graphsvc", *service["command"], "--help"],
                           text=True, capture_output=True, check=True).stdout
    assert all(option in known for option in service["command"] if option.startswith("--"))
    published = [port for one in composed["services"].values() for port in one.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in published)
    sent = set(re.findall(r"proxy_set_header (\S+)", composed["configs"]["nginx"]["content"]))
    assert sent <= set(re.findall(r"proxy_set_header (\S+)", (DEPLOY / "nginx.conf").read_text()))


def test_the_container_runs_as_nobody_and_stops_on_sigterm() -> None:
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    assert "USER 65534:65534" in lines and "STOPSIGNAL SIGTERM" in lines
    assert not any(re.search(r":latest|\bADD\b|\bcurl\b|\bapt\b", line) for line in lines)
