"""YAML read with the line of every value, and with all mistakes told together."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import yaml

from graphsvc.errors import GraphsvcError

Node = yaml.Node | None
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Notes:
    """A YAML document whose scalars stay the text that was written (`2.1` is not a number).

    file, line: where its first line stands, for messages. `errors` collects every mistake that the
    readers below find; each of them then returns something empty.
    """

    def __init__(self, text: str, *, file: str, line: int) -> None:
        self.file = file
        self.line = line
        self.errors: list[GraphsvcError] = []
        self.root: Node = None
        try:
            self.root = yaml.compose(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = line + mark.line if mark else line
            self._tell(at, f"The header is not YAML: {error.problem}.", "Mind indents and colons.")
        except yaml.YAMLError as error:
            self._tell(line, f"The header is not YAML: {error}.", "Mind its characters.")

    def error(self, node: Node, problem: str, hint: str) -> None:
        """Take down a mistake at a value."""
        self._tell(self.line + (node.start_mark.line if node else 0), problem, hint)

    def fields(self, node: Node, what: str, allowed: Iterable[str] | None = None,
               required: Iterable[str] = ()) -> dict[str, yaml.Node]:
        """The values of a mapping by key; allowed None takes any key."""
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.error(node, f"{what} is not a mapping.", "Write `key: value` lines.")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self.text(key, f"A key of {what}")
            if name in found:
                self.error(key, f"{what} has the key `{name}` twice.", "Keep one.")
            elif allowed is not None and name not in allowed:
                near = get_close_matches(name, list(allowed), 1)
                hint = f"Did you mean `{near[0]}`?" if near else f"Use {', '.join(allowed)}."
                self.error(key, f"{what} has no key `{name}`.", hint)
            else:
                found[name] = value
        for name in required:
            if name not in found:
                self.error(node, f"{what} lacks `{name}`.", f"Add `{name}:`.")
        return found

    def text(self, node: Node, what: str) -> str:
        """A scalar's text, without surrounding blanks."""
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self.error(node, f"{what} is not a text.", "Write some words or one value.")
            return ""
        return str(node.value).strip()

    def texts(self, node: Node, what: str) -> tuple[str, ...]:
        """The texts of a list, or one text alone."""
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.text(item, f"An entry of {what}") for item in node.value)
        return (self.text(node, what),) if node else ()

    def items(self, node: Node, what: str) -> list[yaml.Node]:
        """The entries of a list."""
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.error(node, f"{what} is not a list.", "Write `- ` before each entry.")
            return []
        return list(node.value)

    def flag(self, node: Node, what: str) -> bool:
        """true or false."""
        text = self.text(node, what)
        if text not in ("", "true", "false"):
            self.error(node, f"{what} is neither true nor false.", "Write true or false.")
        return text == "true"

    def _tell(self, line: int, problem: str, hint: str) -> None:
        self.errors.append(GraphsvcError(problem, location=f"{self.file}:{line}", hint=hint))
