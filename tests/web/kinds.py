"""One address of each kind of page of the real project."""

from __future__ import annotations

SAFE = "/id/approach/safe-and-together"
PASSAGE = "/id/passage/midlothian-2020/201"

THINGS = {
    "approach": SAFE,
    "partnership": "/id/partnership/midlothian",
    "finding": "/id/finding/nr-key-9",
    "policy": "/id/policy/adults-with-incapacity-act-2000",
    "indicator": "/id/indicator/2018-2-1",
    "theme": "/id/theme/risk-assessment",
    "document": "/id/document/midlothian-2020",
    "disagreement": "/id/disagreement/liam-name",
    "passage": PASSAGE,
}
PAGES = {
    "home": "/",
    "map": "/?map=approach-coverage&approach=champions-board",
    "search": "/search?q=domestic+abuse",
    "search without hits": "/search?q=xyzzyx",
    **THINGS,
    "profile": "/id/partnership/midlothian?tab=approaches",
    "duties": "/id/partnership/south-lanarkshire?tab=duties",
    "section": "/id/section/midlothian-2020/169",
    "use": "/id/use/mid-safe-and-together",
    "browsing": "/browse",
    "tree": "/browse?class=Theme&by=tree",
    "letters": "/browse?class=Approach&letter=C",
    "questions": "/questions",
    "form": "/questions/approach-partnerships",
    "answer": "/questions/approach-partnerships?approach=safe-and-together",
    "empty answer": "/questions/approach-partnerships?approach=mind-of-my-own&partnership=fife",
    "matrix": "/questions/evaluation-matrix",
    "chart": "/questions/themes?view=chart",
    "map of an answer": "/questions/approach-partnerships?approach=safe-and-together&view=map",
    "time line": "/questions/statements?theme=chronologies",
    "comparing": "/compare",
    "comparison": "/compare?thing=midlothian&thing=south-lanarkshire",
    "explorer": "/explore?thing=safe-and-together",
    "editor": "/sparql",
    "graph files": "/export",
    "about": "/about",
    "releases": "/releases",
    "report": "/report",
    "text": "/codebook",
    "docs": "/docs",
    "ontology": "/def",
}
"""Pages that answer 200."""
ERRORS = {
    "no such thing": "/id/approach/none",
    "a thing that was taken out": "/id/claim/sl-thanks",
    "no such page": "/none",
    "a name of several things": "/explore?thing=chronologies",
    "no such question": "/questions/approach-partnership",
}
HEAVY = ("explorer", "editor")
"""Pages with a bundle of their own."""
HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
"""What browsers ask for."""
