"""Make what the documentation shows: outputs in the README, screenshots, drawings.

    make docs

Run it after a change of data, questions or pages; the tests hold the README's outputs to it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.serving import running  # noqa: E402 (from the project's folder)
from tests.test_readme import call_and_output  # noqa: E402

README = ROOT / "README.md"
ADDRESS = "http://127.0.0.1:8000"
PICTURES = ROOT / "docs" / "pictures"
NOTEBOOKS = ROOT / "docs" / "notebooks"
SCREENSHOTS = {
    "web-approach": "/id/approach/safe-and-together",
    "web-map": "/?map=approach-partnerships&approach=girfec#map",
    "web-compare": "/compare?thing=partnership:midlothian&thing=partnership:north-ayrshire",
    "web-explorer": "/explore?thing=approach:safe-and-together",
}
WIDTH, HEIGHT = 1280, 900
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: auto; padding: 1rem; }}
pre, table {{ font-size: .875rem; overflow-x: auto; display: block; }}
.input_area pre {{ background: #f3f2f1; padding: .75rem; }}
table {{ border-collapse: collapse; }}
th, td {{ border-bottom: 1px solid #b1b4b6; padding: .25rem .5rem; text-align: left; }}
img, svg {{ max-width: 100%; height: auto; }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def main() -> None:
    """Build the present release, and make everything from it."""
    _run("build")
    with running("--releases", ROOT / "releases") as server:
        README.write_text(_with_outputs(README.read_text(encoding="utf-8"), server),
                          encoding="utf-8")
        _take_screenshots(server)
        for path in NOTEBOOKS.glob("*.ipynb"):
            _execute(path, server)
    for path in NOTEBOOKS.glob("*.ipynb"):
        path.with_suffix(".html").write_text(as_page(path), encoding="utf-8")
    if shutil.which("dot"):
        for path in PICTURES.glob("*.dot"):
            subprocess.run(["dot", "-Tsvg", path, "-o", path.with_suffix(".svg")], check=True)


def _with_outputs(text: str, server: str) -> str:
    """The text with every output as it is now: of commands, and of programs."""
    def console(block: re.Match[str]) -> str:
        (program, *words), _ = call_and_output(block[1])
        call = block[1].removesuffix(call_and_output(block[1])[1])
        assert program == "graphsvc", "the README shows no other command"
        return f"```console\n{call}{_run(*words).rstrip()}\n```"

    def output(block: re.Match[str]) -> str:
        printed = subprocess.run([sys.executable, "-c", block[1].replace(ADDRESS, server)],
                                 capture_output=True, text=True, check=True).stdout
        return f"```python\n{block[1]}```\n\n```text\n{printed}```"

    text = re.sub(r"^```console\n(.*?)^```$", console, text, flags=re.M | re.S)
    return re.sub(r"^```python\n(.*?)^```\n\n```text\n.*?^```$", output, text,
                  flags=re.M | re.S)


def _run(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "graphsvc", *words], cwd=ROOT,
                          capture_output=True, text=True, check=True)
    return done.stdout.replace("\r\n", "\n")


def printed(notebook: Any) -> list[str]:
    """What each cell of a notebook prints; pictures are the business of matplotlib."""
    return ["".join(output.text for output in cell.get("outputs", ())
                    if output.output_type == "stream" and output.name == "stdout")
            for cell in notebook.cells if cell.cell_type == "code"]


def executed(path: Path, server: str) -> Any:
    """A notebook with what its cells give now, asked of a server."""
    import nbclient
    import nbformat

    def ask(one: str, other: str) -> None:
        for cell in notebook.cells:
            cell.source = cell.source.replace(one, other)

    notebook = nbformat.read(path, as_version=4)
    ask(ADDRESS, server)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3",
                            record_timing=False).execute()
    ask(server, ADDRESS)
    return notebook


def _execute(path: Path, server: str) -> None:
    """Renew a notebook whose cells print something else now; pictures differ with each machine."""
    import nbformat

    now = executed(path, server)
    if printed(now) != printed(nbformat.read(path, as_version=4)):
        nbformat.write(now, path)


def as_page(notebook: Path) -> str:
    """A notebook with its outputs as a page that needs nothing else."""
    from nbconvert import HTMLExporter

    body, _ = HTMLExporter(
        template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True,
        exclude_anchor_links=True).from_filename(str(notebook))
    body = body.replace("No description has been provided for this image",
                        "What the cell above draws, of the values that are printed before it")
    title = re.search(r"<h1[^>]*>(.*?)</h1>", body)
    return PAGE.format(title=title[1] if title else notebook.stem, body=body)


def _take_screenshots(server: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for name, path in SCREENSHOTS.items():
            answer = page.goto(server + path, wait_until="networkidle")
            assert answer and answer.ok, path
            page.screenshot(path=PICTURES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
