"""The file of R functions asks the service, in R with the packages that it names."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.slow
FILE = Path(__file__).parents[2] / "docs" / "clients" / "graphsvc.R"


def run(server: str, program: str) -> list[str]:
    """The lines that an R program prints; skips the test where R or its packages are missing."""
    rscript = shutil.which("Rscript")
    if not rscript:
        pytest.skip("there is no R: apt-get install r-cran-httr2")
    needed = 'quit(status = !all(sapply(c("httr2", "jsonlite"), requireNamespace)))'
    if subprocess.run([rscript, "-e", needed], capture_output=True).returncode:
        pytest.skip("R has no httr2 or jsonlite: apt-get install r-cran-httr2")
    start = f'source("{FILE}"); service <- "{server}"\n'
    done = subprocess.run([rscript, "-e", start + program], capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_r_has_the_rows_the_passages_and_the_release_of_an_answer(server: str) -> None:
    answer = httpx.get(f"{server}/api/questions/approach-partnerships?approach=PACE",
                       headers={"Accept": "application/json"}).json()
    (printed,) = run(server, """
        answer <- graphsvc_ask(service, "approach-partnerships", approach = "PACE")
        cat(jsonlite::toJSON(list(
          who = answer$rows$who, stage = answer$rows$stageReached,
          row = answer$evidence$row, passage = answer$evidence$passage,
          release = answer$release, sentence = answer$sentence)))""")
    rows = answer["rows"]
    assert json.loads(printed) == {
        "who": [answer["labels"][row["who"]] for row in rows],
        "stage": [row["stageReached"] for row in rows],
        "row": [at for at, row in enumerate(rows, 1) for _ in row["evidence"]],
        "passage": [cited["passage"] for row in rows for cited in row["evidence"]],
        "release": [answer["release"]], "sentence": [answer["sentence"]]}


def test_r_takes_several_values_all_pages_and_counts_by_sparql(server: str) -> None:
    of_two = httpx.get(f"{server}/api/questions/evaluations?partnership=Midlothian"
                       "&partnership=South+Lanarkshire", headers={"Accept": "application/json"})
    questions = httpx.get(f"{server}/api/questions", headers={"Accept": "application/json"})
    (printed,) = run(server, """
        two <- graphsvc_ask(service, "evaluations",
                            partnership = c("Midlothian", "South Lanarkshire"))
        count <- graphsvc_sparql(service, "SELECT (COUNT(*) AS ?n) WHERE { ?s a ?class }")
        cat(nrow(two$rows), nrow(graphsvc_questions(service)), as.integer(count$n) > 1000)""")
    assert printed == (f"{len(of_two.json()['rows'])} {len(questions.json()['questions'])} TRUE")


def test_r_stops_with_the_sentence_of_the_service(server: str) -> None:
    printed = run(server, """
        cat(tryCatch(graphsvc_ask(service, "nothing"), error = conditionMessage))""")
    assert "There is no question called `nothing`" in "\n".join(printed)
