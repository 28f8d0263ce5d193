"""The parameters of a request are read as forms are defined."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphsvc.web.problems import HttpError
from graphsvc.web.sparql import FORM, read_get, read_post

PIECES = st.sampled_from([
    b"%", b"%2", b"%zz", b"%3D", b"%0A", b"%0d", b"%26", b"%C3%A9", b"%F0%9F%8C%B1", b"+", b"=",
    b"_", b"=3D", b"\r\n", b"\n", b" ", b"\t", b"a", b"SELECT", "é".encode(), b".", b"\x00"])


@given(st.lists(PIECES, max_size=12).map(b"".join))
def test_a_value_is_decoded_as_the_standard_library_does(encoded: bytes) -> None:
    form = "query=" + encoded.decode()
    try:
        (_, expected), = parse_qsl(form, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:  # two pieces together made a byte
        with pytest.raises(HttpError, match="not UTF-8"):
            read_post(b"", FORM, form.encode())
    else:
        assert read_post(b"", FORM, form.encode()).query == expected


@given(st.text(min_size=1).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)))
def test_any_text_can_be_sent(text: str) -> None:
    for encode in (quote, quote_plus):
        assert read_get(f"query={encode(text, safe='')}".encode()).query == text


@pytest.mark.parametrize("encoded", [b"%ff", b"%C3", b"%C3%28", b"%ED%A0%80"])
def test_what_is_not_utf_8_is_refused(encoded: bytes) -> None:
    with pytest.raises(HttpError, match="not UTF-8"):
        read_get(b"query=" + encoded)
