"""The desk in a real browser: by keyboard, without script, by strangers, and after a sudden end."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from graphsvc.cli.main import main
from graphsvc.curate.decisions import Log
from tests.conftest import ROOT
from tests.curate.test_commands import OWN, SLUG
from tests.web.test_for_all import RULES, RUN, TOO_WIDE

START_SECONDS = 60


class Desk:
    """`graphsvc curate serve` in a process of its own."""

    def __init__(self, root: Path, slug: str = SLUG) -> None:
        self.root, self.log = root, Log(root / "documents" / slug / "decisions.jsonl")
        self.start(slug)

    def start(self, slug: str = SLUG) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "graphsvc", "curate", "serve", slug, "--format", "json",
             "--project", str(self.root), "--who", "anna"], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        line = self.process.stdout.readline()
        self.address = json.loads(line)["address"]

    def stop(self, how: int = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(START_SECONDS)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    root = tmp_path / "bridges"
    assert main(["init", str(root)]) == 0
    shutil.copy2(OWN / "ontology/curating.ttl", root / "ontology")
    assert main(["curate", "add", str(OWN / "report.txt"), "--id", SLUG,
                 "--project", str(root)]) == 0
    desk = Desk(root)
    yield desk
    desk.stop()


@pytest.fixture
def server(desk: Desk) -> str:
    """The address that browsers may speak to."""
    return desk.address


def names(desk: Desk) -> list[str]:
    return [name.rpartition("/")[2] for name in desk.log.state().statements]


def press(page: Any, key: str) -> None:
    """Press a key once the page listens, which it does when its script has run."""
    page.wait_for_load_state("domcontentloaded")
    page.keyboard.press(key)


@pytest.mark.slow
def test_a_report_is_decided_on_by_keyboard(
    desk: Desk, open_page: Callable[..., Any]
) -> None:
    page = open_page("422", viewport={"width": 1440, "height": 900})
    page.goto(desk.address)
    page.get_by_role("heading", name="report").wait_for()
    press(page, "a")
    page.get_by_role("status").filter(has_text="accepted survey-2026").wait_for()
    assert page.get_by_role("heading", name="rating").is_visible()
    assert "A rating is of one year" in page.get_by_role("region", name="Problems").inner_text()
    assert "sound" in page.locator(".para.here mark").all_inner_texts()

    press(page, "a")  # refused: the form opens, with the sentence at its field
    page.get_by_label(re.compile("^year")).wait_for()
    assert page.get_by_role("radio", name=re.compile("^good Sound, no defects")).is_checked()
    year = page.get_by_label(re.compile("^year"))
    year.and_(page.locator(":focus")).wait_for()
    year.fill("soon")
    year.press("Control+Enter")
    page.get_by_text("'soon' is no number").wait_for()
    assert page.get_by_label(re.compile("^year")).input_value() == "soon"
    page.get_by_label(re.compile("^year")).fill("2026")
    press(page, "Control+Enter")
    page.get_by_role("status").filter(has_text="accepted mill-2026").wait_for()
    assert names(desk) == [SLUG, "mill-2026"]

    press(page, "u")
    page.get_by_role("status").filter(has_text="undid decision 2").wait_for()
    assert names(desk) == [SLUG]
    press(page, "j")
    page.get_by_text("Draft 2 of 2").wait_for()
    press(page, "r")
    page.get_by_role("status").filter(has_text="rejected").wait_for()
    page.get_by_text("Draft 1 of 1").wait_for()

    press(page, "n")
    page.locator("#kind:focus").wait_for()
    page.get_by_label("What is it?").select_option(label="bridge")
    page.get_by_label("Line that says it").fill("9")
    press(page, "Control+Enter")
    page.get_by_label(re.compile("^name")).fill("Ferry Bridge")
    press(page, "Control+Enter")
    page.get_by_role("status").filter(has_text="added ferry-bridge").wait_for()
    press(page, "t")
    page.get_by_label("Lines").fill("11")
    page.get_by_role("radio", name="boilerplate").check()
    page.get_by_label(re.compile("^Note")).fill("thanks")
    press(page, "Control+Enter")
    page.get_by_role("status").filter(has_text="ticked off").wait_for()
    page.get_by_role("button", name="Write into the project").click()
    page.get_by_text("Next: graphsvc build").wait_for()
    assert (desk.root / "data/ledgers" / f"{SLUG}.tsv").read_text() == "11\tboilerplate\tthanks\n"
    assert "bridge:ferry-bridge" in (desk.root / "data/reference" / f"{SLUG}.ttl").read_text()


@pytest.mark.slow
def test_forms_do_everything_without_script(desk: Desk, open_page: Callable[..., Any]) -> None:
    page = open_page("422", java_script_enabled=False, viewport={"width": 360, "height": 740})
    page.goto(desk.address)
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("link", name="Split").click()
    page.get_by_role("checkbox", name=re.compile("^bridge: .*part 1")).uncheck()
    page.get_by_role("checkbox", name=re.compile("^condition: .*part 2")).uncheck()
    page.get_by_role("button", name="Split").click()
    assert "Decision 2: split" in page.get_by_role("status").inner_text()
    assert "of 3" in page.locator(".eyebrow").inner_text()
    page.get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Accept as changed").click()
    assert page.locator(".wrong").count() > 0 and names(desk) == [SLUG]
    page.get_by_role("link", name="Leave it").click()
    page.get_by_text("Decisions", exact=True).click()
    page.get_by_role("button", name="Undo decision 2").or_(
        page.get_by_role("button", name=re.compile("Undo.*decision 2"))).first.click()
    assert "undid decision 2" in page.get_by_role("status").inner_text()


@pytest.mark.slow
def test_everyone_can_use_the_desk(
    desk: Desk, open_page: Callable[..., Any], axe: str
) -> None:
    page = open_page(viewport={"width": 1440, "height": 900})
    for query in ("", "?do=change", "?do=split", "?do=add", "?do=tick",
                  "?do=add&kind=rating&line=9"):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(desk.address + query)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.evaluate(axe)
        assert page.evaluate(RUN, {"runOnly": RULES}) == [], query
        page.emulate_media(color_scheme="dark")
        assert page.evaluate(RUN, {"runOnly": ["color-contrast"]}) == [], query
        assert not page.evaluate(TOO_WIDE), query
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate(RUN, {"runOnly": RULES}) == [], query
        assert not page.evaluate(TOO_WIDE), query


@pytest.mark.slow
def test_strangers_are_refused_and_nothing_is_lost_by_a_sudden_end(desk: Desk) -> None:
    address, data = desk.address, {"action": "no-facts", "lines": "11", "reason": "boilerplate"}
    port = address.split("/")[2].partition(":")[2]
    root = f"http://127.0.0.1:{port}"
    for status, refused in (
        (404, httpx.get(f"{root}/")),
        (404, httpx.get(f"{root}/wrong-token/")),
        (403, httpx.get(address, headers={"Host": f"evil.example:{port}"})),
        (403, httpx.get(address, headers={"Host": "127.0.0.1"})),
        (403, httpx.post(f"{address}decide", data=data, headers={"Origin": "http://evil.example"})),
        (403, httpx.post(f"{address}decide", data=data, headers={"Sec-Fetch-Site": "cross-site"})),
        (413, httpx.post(f"{address}decide", data={"lines": "1" * (1 << 20)})),
        (405, httpx.get(f"{address}decide")),
        (422, httpx.post(f"{address}decide", data={"action": "dance"})),
        (422, httpx.post(f"{address}decide", data={"action": "accept", "at": "nothing"})),
        (409, httpx.get(f"{address}?do=add&kind=tunnel")),
        (409, httpx.get(f"{address}?do=add&kind=rating&line=eleven")),
        (422, httpx.post(f"{address}decide", content=b"\xff\x00=%zz&action=undo&number=x")),
    ):
        assert refused.status_code == status, refused.request.url
        assert "frame-ancestors 'none'" in refused.headers["content-security-policy"]
    assert desk.log.state().log == []

    own = {"Origin": root, "Sec-Fetch-Site": "same-origin"}
    done = httpx.post(f"{address}decide", data=data, headers=own)
    assert done.status_code == 303
    desk.stop(signal.SIGKILL)
    assert desk.log.state().ticked == {11: "boilerplate"}
    desk.start()
    assert desk.address != address
    assert "ticked off" in httpx.get(desk.address).text


def test_the_public_service_knows_nothing_of_the_desk() -> None:
    served = [path for path in (ROOT / "graphsvc/web").rglob("*.py")
              if "curate" in path.read_text(encoding="utf-8")]
    assert served == []
