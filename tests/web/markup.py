"""Reading a page strictly: what is in it, and what is wrong with its markup."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "hr", "img"}
SHAPES = {"rect", "path", "circle", "use"}


@dataclass
class Markup(HTMLParser):
    """A page's elements. wrong: what breaks the rules of HTML or of the policy."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.wrong += [f"<{tag}> has {name} twice" for name, n in Counter(names).items() if n > 1]
        self.wrong += [f"<{tag} {name}>" for name in names
                       if name.startswith("on") or name == "style"]
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID | SHAPES:
            self.wrong.append(f"<{tag}/>")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing at {self.getpos()}")

    def of(self, attribute: str) -> list[str]:
        """The values of an attribute, over all elements."""
        return [value or "" for _, attrs in self.elements for name, value in attrs.items()
                if name == attribute]


def read(text: str) -> Markup:
    """The page, read to its end."""
    page = Markup()
    page.feed(text)
    page.close()
    page.wrong += [f"<{tag}> is never closed" for tag in page.open]
    ids = Counter(page.of("id"))
    page.wrong += [f"the id {name} is there {n} times" for name, n in ids.items() if n > 1]
    pointed = [id_ for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls")
               for value in page.of(name) for id_ in value.split()]
    page.wrong += [f"nothing has the id {name}" for name in pointed if name not in ids]
    page.wrong += ["inline script" for tag, attrs in page.elements
                   if tag == "script" and "src" not in attrs
                   and attrs.get("type") != "application/ld+json"]  # data, which no browser runs
    for tag in ("h1", "main", "title"):
        if [name for name, _ in page.elements].count(tag) != 1:
            page.wrong.append(f"not one <{tag}>")
    return page
