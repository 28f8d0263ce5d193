"""Lines that ask a question from a shell, from Python and from R, ready to be copied."""

from __future__ import annotations

import re
import shlex
from urllib.parse import quote, urlencode

from graphsvc.questions.question import Example, Question

_PYTHON = """\
import json
from urllib.request import urlopen

with urlopen("{address}") as response:
    answer = json.load(response)
for row in answer["rows"]:
    print(row)
"""
_R = """\
rows <- read.csv("{address}", encoding = "UTF-8")
print(rows)
"""


def address(question: Question, example: Example, api: str, ending: str | None = None) -> str:
    """The address that answers an example, below `api`; the question's route where it has one.

    ending: what `?format=` is to say, where it is to say something.
    """
    values = {name: list(texts) for name, texts in example.values.items()}
    path = f"/questions/{question.name}"
    if question.route and all(name in values for name in re.findall(r"{(\w+)}", question.route)):
        path = re.sub(r"{(\w+)}", lambda m: quote(values.pop(m[1])[0], safe=""), question.route)
    pairs = [(name, text) for name, texts in values.items() for text in texts]
    pairs += [("format", ending)] if ending else []
    return f"{api}{path}" + (f"?{urlencode(pairs, quote_via=quote)}" if pairs else "")


def snippets(question: Question, api: str) -> dict[str, str]:
    """Ready lines for the question's first example, for `curl`, `python` and `r`.

    api: address of the service's API, without a slash at its end.
    """
    example = question.examples[0]
    return {
        "curl": f"curl -H 'Accept: text/csv' {shlex.quote(address(question, example, api))}\n",
        "python": _PYTHON.format(address=address(question, example, api)),
        "r": _R.format(address=address(question, example, api, "csv")),
    }
