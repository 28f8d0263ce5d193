"""What the fields of a question's header may hold: YAML scalars, which are texts, as values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError


def wrong(message: str, hint: str) -> PydanticCustomError:
    """A mistake in a header. message: how its sentence goes on after the name of the place."""
    return PydanticCustomError("header", "{message}", {"message": message, "hint": hint})


def several(value: object) -> object:
    """A list; one value is a list of it."""
    return value if isinstance(value, list | tuple) else [value]


def _flag(value: object) -> bool:
    if value not in ("true", "false", True, False):
        raise wrong("is neither true nor false.", "Write true or false.")
    return value in ("true", True)


def _iri(text: str, info: ValidationInfo) -> str:
    """The IRI that a CURIE or an IRI (with or without <>) is for."""
    prefixes: Mapping[str, str] = (info.context or {}).get("prefixes", {})
    prefix, colon, local = text.partition(":")
    if colon and prefix in prefixes and not local.startswith("//"):
        return prefixes[prefix] + local
    if re.fullmatch(r"<?[a-z][a-z0-9+.-]*:[^\s<>]+>?", text) and (
        "://" in text or text.startswith(("<", "urn:"))
    ):
        return text.strip("<>")
    raise wrong(f"`{text}` is neither an IRI nor a CURIE with a known prefix.",
                 f"Known prefixes: {', '.join(sorted(prefixes))}.")


def labelled(value: object) -> object:
    """Choices that are a list are their own labels."""
    return {text: text for text in value} if isinstance(value, list) else value


def entries(value: object) -> list[Any]:
    """The values of a mapping by name, each with its name."""
    if not isinstance(value, dict):
        raise wrong("is not a mapping.", "Write `key: value` lines.")
    return [{"name": name, **entry} if isinstance(entry, dict) else entry
            for name, entry in value.items()]


Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(several)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Name = Annotated[str, Field(pattern="^[a-z][A-Za-z0-9_]*$")]
Iri = Annotated[Text, AfterValidator(_iri)]


class HeaderModel(BaseModel):
    """A part of a header: its keys, and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True,
                              validate_by_alias=True, arbitrary_types_allowed=True)
