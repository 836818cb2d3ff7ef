"""What is taken from files that others wrote: a value of the type and range that is expected, or nothing.

A datastore may be damaged, or made to trick whoever reads it: a key that is a path, a size of ``"big"``, JSON
nested ten thousand deep. Each reader asks for a value by one of these functions, so that nothing behind
it has to expect anything else.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

__all__ = ["is_folder_name", "is_key", "json_object", "moment", "texts", "whole_number"]

_KEY = re.compile("[0-9a-f]{40}")
_DIGITS = re.compile("[0-9]{1,18}")
"""So many fit into 64 bits. ``str.isdigit`` would also admit digits that ``int`` does not read."""
_LAST_MOMENT = 1e11
"""Seconds since the epoch, in the year 5138: what is later was never a time."""


def is_key(value: object) -> bool:
    """Tell whether a value is a key of Metaflow's content-addressed store: a SHA-1 in hexadecimal.

    Everything else must never become a path: the key is the name of the blob's file.

    >>> is_key("b68cc035a7f59d6d9285aaa4359c51872f204f8a"), is_key("../../../x.gz"), is_key([])
    (True, False, False)
    """
    return isinstance(value, str) and _KEY.fullmatch(value) is not None


def is_folder_name(text: str) -> bool:
    """Tell whether a text can be the name of one folder, as the ids of runs, steps and tasks have to be.

    >>> is_folder_name("train"), is_folder_name(".."), is_folder_name("a/b"), is_folder_name(chr(0xD800))
    (True, False, False, False)
    """
    try:
        os.fsencode(text)
    except UnicodeEncodeError:  # half a letter, which JSON can hold and no name of a file
        return False
    return text not in ("", ".", "..") and "/" not in text and "\0" not in text


def json_object(text: bytes | None) -> dict[str, Any] | None:
    """Read a JSON object; ``None`` if it is none.

    >>> json_object(b'{"a": 1}'), json_object(b"[" * 100_000), json_object(b'{"a": NaN}')
    ({'a': 1}, None, None)
    """
    try:
        # Bytes would be searched for their encoding first.
        content = _JSON.decode(text.decode()) if text is not None else None
    except (ValueError, RecursionError):  # how Python's parser tells that it is nested too deep
        return None
    return content if isinstance(content, dict) else None


def whole_number(text: object) -> int | None:
    """Read a number from decimal digits; ``None`` if there is anything else, or too many of them.

    >>> whole_number("12"), whole_number("²"), whole_number("9" * 5000), whole_number("-1"), whole_number(7)
    (12, None, None, None, 7)
    """
    return int(str(text)) if _DIGITS.fullmatch(str(text)) else None


def moment(value: object, *, per_second: int = 1) -> float | None:
    """Return seconds since the epoch, from a number of which so many are a second; ``None`` if it is none.

    >>> moment(1_500, per_second=1000), moment(float("inf")), moment("now"), moment(True), moment(10**400)
    (1.5, None, None, None, None)
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    # Compared before it is divided: an integer may be too large for a float. NaN fails both comparisons.
    return value / per_second if 0 < value < _LAST_MOMENT * per_second else None


def texts(value: object) -> tuple[str, ...]:
    """Return the texts in a list; none where it is no list.

    >>> texts(["a", 1, "b"]), texts(5)
    (('a', 'b'), ())
    """
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _refuse(constant: str) -> None:
    """Refuse ``NaN`` and ``Infinity``, which Python reads though JSON does not have them."""
    raise ValueError(f"{constant} is no JSON")


_JSON = json.JSONDecoder(parse_constant=_refuse)
