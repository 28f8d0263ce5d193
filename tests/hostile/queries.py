"""Queries that any release can be asked: small, slow, endless and with large answers."""

from __future__ import annotations

from itertools import count

SMALL = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 3"
_numbers = count()

PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r"
ENDLESS = (f"SELECT (COUNT(*) AS ?all) {{ {PRODUCT} "
           "FILTER(STRLEN(CONCAT(STR(?a), STR(?d), STR(?g), STR(?j))) < 0) }")
"""Runs until it is stopped, over any data with a hundred triples."""


def once_more(query: str) -> str:
    """The query as it was never asked before, so that no cache answers it."""
    return f"{query} # {next(_numbers)}"


def rows(number: int, width: int = 400) -> str:
    """A query with so many rows, of about so many bytes each as CSV."""
    tens = " ".join(f'"{digit}"' for digit in range(10))
    names = [f"?v{place}" for place in range(len(str(number)) - 1)]
    values = " ".join(f"VALUES {name} {{ {tens} }}" for name in names)
    return (f"SELECT (CONCAT({', '.join(names)}, \"{'x' * width}\") AS ?x) "
            f"{{ {values} }} LIMIT {number}")


LARGE = rows(10_000)
"""An answer of four million bytes."""


def counting(number: int) -> str:
    """A query that counts through so many times so many times so many numbers."""
    numbers = " ".join(map(str, range(number)))
    values = " ".join(f"VALUES ?v{place} {{ {numbers} }}" for place in range(3))
    return (f"SELECT (COUNT(*) AS ?n) {{ {values} "
            "FILTER(STRLEN(CONCAT(STR(?v0), STR(?v1), STR(?v2))) > 9) }")


MEDIUM = counting(45)
"""Takes 20 to 50 milliseconds."""

SLOW = counting(100)
"""Takes some tenths of a second."""
