"""Values that stand in scripts: JSON, JSONP, and object literals of JavaScript, which are not JSON."""

import json
import re
from typing import Any

# callback({...}); with a name in front, as JSONP
JSONP = re.compile(r"^\s*[\w$.]+\s*\(\s*(.*?)\s*\)\s*;?\s*$", re.DOTALL)
TOKEN = re.compile(
    r"""\s*(?:
      (?P<double>"(?:[^"\\]|\\.)*") | '(?P<single>(?:[^'\\]|\\.)*)'
    | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w$])
    | (?P<name>[A-Za-z_$][\w$]*)
    | (?P<mark>[{}\[\]:,])
    )""",
    re.VERBOSE | re.DOTALL,
)
# An escaped character, or one that JSON wants escaped
ESCAPED = re.compile(r"""\\.|["\x00-\x1f]""", re.DOTALL)
COLON = re.compile(r"\s*:")
CONSTANTS = {"true": "true", "false": "false", "null": "null", "undefined": "null"}
LONGEST = 2_000_000
"""Characters of a literal that are read; the largest tree of columns has a tenth of that."""


def read_json(text: str) -> Any:
    """The value of a JSON or JSONP answer; None when it is neither. A byte order mark in front does no harm."""
    plain = text.lstrip("\ufeff").strip()
    wrapped = JSONP.match(plain)
    for candidate in (plain, wrapped[1] if wrapped else ""):
        try:
            return json.loads(candidate, strict=False)
        except ValueError:
            continue
    return None


def read_literal(text: str, start: int = 0) -> Any:
    """The object or array literal that begins at `start`; None where there is none that holds values only."""
    pieces: list[str] = []
    depth, at = 0, start
    while at - start < LONGEST and (token := TOKEN.match(text, at)):
        at = token.end()
        if token["mark"]:
            mark = token["mark"]
            if mark in "}]" and pieces and pieces[-1] == ",":
                pieces.pop()
            pieces.append(mark)
            depth += (mark in "{[") - (mark in "}]")
            if depth == 0:
                break
        elif depth == 0:
            return None
        elif token["double"] is not None:
            pieces.append(_quoted(token["double"][1:-1]))
        elif token["single"] is not None:
            pieces.append(_quoted(token["single"]))
        else:
            plain = token["number"] or token["name"]
            # Before a colon it is a key; elsewhere a number, a constant, or a variable whose value we do not know.
            is_key = COLON.match(text, at) and pieces[-1] in {"{", ","}
            known = plain if token["number"] else CONSTANTS.get(plain, "null")
            pieces.append(json.dumps(plain) if is_key else known)
    try:
        return json.loads("".join(pieces), strict=False)
    except ValueError:
        return None


def assigned(text: str, name: str) -> Any:
    """The literal that a script gives to `name`, as in `var name = {…}` or `name: [...]`; None when there is none."""
    for found in re.finditer(rf"(?<![\w$]){name}\s*[=:]\s*(?=[\[{{])", text):
        value = read_literal(text, found.end())
        if value is not None:
            return value
    return None


def _quoted(inside: str) -> str:
    """The inside of a string of JavaScript as a string of JSON."""

    def written(found: re.Match[str]) -> str:
        text = found[0]
        if text[0] == "\\":
            # JavaScript takes any other character after a backslash as itself.
            return text if text[1] in '"\\/bfnrtu' else text[1]
        return json.dumps(text)[1:-1]

    return '"' + ESCAPED.sub(written, inside) + '"'
