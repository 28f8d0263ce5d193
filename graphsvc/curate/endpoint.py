"""A language model behind an OpenAI-compatible address, asked one thing at a time."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import httpx

from graphsvc.errors import GraphsvcError

URL, MODEL, KEY = "GRAPHSVC_PROPOSER_URL", "GRAPHSVC_PROPOSER_MODEL", "GRAPHSVC_PROPOSER_KEY"
"""Where the environment says the address up to `/v1`, the model, and the key if there is one."""
_MOST_BYTES = 1024 * 1024


class NoAnswer(Exception):
    """Why a model gave no answer that can be used, as people read it."""


@dataclass(frozen=True)
class Endpoint:
    """Where a model is asked. seconds: the most that an answer may take from its first byte to its
    last, and that the model may be silent."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    seconds: float = 120

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Endpoint | None:
        """The endpoint that the environment names; None where it names none.

        Raises GraphsvcError where it is no address that a key can be sent to.
        """
        url, model = environment.get(URL, "").rstrip("/"), environment.get(MODEL, "")
        if not url and not model:
            return None
        if not url or not model:
            raise GraphsvcError(f"Only one of {URL} and {MODEL} is set.", location=URL,
                                hint="Set both, or none to work without a model.")
        try:
            address = httpx.URL(url)
        except httpx.InvalidURL:
            address = httpx.URL("")
        if address.scheme not in ("http", "https") or not address.host:
            raise GraphsvcError(f"{url!r} is no address of a model.", location=URL,
                                hint="Give one such as http://127.0.0.1:8080/v1.")
        if address.scheme == "http" and not _is_here(address.host):
            raise GraphsvcError("The model is elsewhere, and its address is not https.",
                                location=URL, hint="The document and the key would go out in plain"
                                " text: give an https address.")
        return cls(url, model, environment.get(KEY, ""))

    def ask(self, instructions: str, text: str, schema: dict[str, Any]) -> Any:
        """The answer to a text as JSON that should fit a schema. Raises NoAnswer."""
        body = {"model": self.model, "temperature": 0, "stream": False, "messages": [
                    {"role": "system", "content": instructions}, {"role": "user", "content": text}],
                "response_format": {"type": "json_schema", "json_schema": {
                    "name": "drafts", "schema": schema}}}
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            answer = self._received(body, headers)
        except httpx.TimeoutException as error:
            raise NoAnswer("it took too long") from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise NoAnswer("it could not be reached") from error
        return _content(answer)

    def _received(self, body: dict[str, Any], headers: dict[str, str]) -> bytes:
        until = time.monotonic() + self.seconds
        received = bytearray()
        with httpx.stream("POST", f"{self.url}/chat/completions", json=body, headers=headers,
                          timeout=self.seconds) as response:
            if response.status_code != 200:
                raise NoAnswer(f"it answered with status {response.status_code}")
            for part in response.iter_bytes():
                received += part
                if len(received) > _MOST_BYTES:
                    raise NoAnswer("its answer was too long")
                if time.monotonic() > until:
                    raise NoAnswer("it took too long")
        return bytes(received)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _content(answer: bytes) -> Any:
    """The JSON in the message of an answer. Raises NoAnswer."""
    try:
        choice = json.loads(answer)["choices"][0]
        message = choice["message"]
        if message.get("refusal") or choice.get("finish_reason") == "content_filter":
            raise NoAnswer("it refused")
        if choice.get("finish_reason") == "length":
            raise NoAnswer("its answer was cut off")
        return json.loads(message["content"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise NoAnswer("its answer was no JSON of the protocol") from error
