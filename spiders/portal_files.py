"""Portal files: YAML in, Portals out, and a fault told with its file, its line and its remedy."""

import json
from collections import defaultdict
from collections.abc import Hashable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from model.divisions import divisions
from model.errors import InvalidPortal
from model.portal import Portal

ENDING = ".yml"


# libyaml reads a registry of 150 files in 60 ms; where it is missing, PyYAML's own reader takes four times as long.
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):  # type: ignore[misc]
    """Safe YAML that refuses a key given twice: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        met: dict[Hashable, int] = {}
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if key in met:
                raise _Twice(f"line {line}: the key {key!r} stands already in line {met[key]}; remove one of the two")
            met[key] = line
        content: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return content


class _Twice(yaml.YAMLError):
    pass


def load_portal(path: Path | Traversable) -> Portal:
    """Read one portal file. Raises InvalidPortal with file, line and what to do."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidPortal(f"{path}: the file is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    except OSError as error:
        raise InvalidPortal(
            f"{path}: the file can't be read ({error.strerror}); check path and permissions."
        ) from error
    content = _parse(path, text)
    try:
        portal = Portal.model_validate(content)
    except ValidationError as error:
        raise InvalidPortal(f"{path}: {_first_fault(error, content, text)}.") from error
    if portal.id != path.name.removesuffix(ENDING):
        raise InvalidPortal(
            f"{path}: {_line_of(text, 'id')}the id is {portal.id!r} and the file's name another; "
            f"name the file {portal.id}{ENDING}."
        )
    return portal


def load_portals(folder: Path | None = None) -> dict[str, Portal]:
    """All portals of a folder by id, or those that ship with gongkai. Raises InvalidPortal for the first bad file."""
    return {portal.id: portal for portal in map(load_portal, portal_paths(folder))}


def portal_paths(folder: Path | None = None) -> list[Path | Traversable]:
    """The portal files of a folder, or those that ship, by name. Raises InvalidPortal when there is no such folder."""
    place: Path | Traversable = folder or files("spiders") / "portals"
    if not place.is_dir():
        raise InvalidPortal(f"{place}: there is no such folder of portal files; check the path.")
    return sorted((f for f in place.iterdir() if f.name.endswith(ENDING)), key=lambda f: f.name)


def _parse(path: Path | Traversable, text: str) -> dict[str, Any]:
    try:
        content = yaml.load(text, Loader=_Loader)
    except _Twice as error:
        raise InvalidPortal(f"{path}: {error}.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise InvalidPortal(f"{path}: {where}this is no YAML ({error.problem}); mend the line.") from error
    except yaml.YAMLError as error:
        raise InvalidPortal(f"{path}: this is no YAML ({error}); mend the file.") from error
    if not isinstance(content, dict):
        raise InvalidPortal(f"{path}: line 1: a portal is a mapping of keys to values; begin with `id:` and `title:`.")
    return content


def _first_fault(error: ValidationError, content: dict[str, Any], text: str) -> str:
    fault = error.errors()[0]
    place = [str(step) for step in fault["loc"]]
    if not place:
        return f"line 1: {fault['msg'].removeprefix('Value error, ')}"
    key = place[-2] if place[-1].isdigit() else place[-1]
    name = ".".join(place)
    if fault["type"] == "extra_forbidden":
        return f"{_line_of(text, key)}there is no setting {name!r}; correct or remove it"
    if fault["type"] == "missing":
        return f"line 1: the setting {name!r} is missing; add it"
    # YAML reads an unquoted 012345 as an octal number, and 120000 as a number.
    if name == "region" and not isinstance(content.get("region"), str):
        return f'{_line_of(text, "region")}the region is read as a number; put it in quotes, as in region: "120000"'
    return f"{_line_of(text, key)}{name}: {fault['msg'].lower()}; got {fault['input']!r}, correct it"


def _line_of(text: str, key: str) -> str:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip(" -").startswith(f"{key}:"):
            return f"line {number}: "
    return ""


def portal_schema() -> str:
    """The JSON Schema of a portal file, for editors; `docs/portal.schema.json` holds it."""
    schema = Portal.model_json_schema() | {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A portal that gongkai reads",
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def registry_table(portals: Mapping[str, Portal]) -> str:
    """Portals by province as a Markdown table; `docs/portals.md` holds that of the shipped ones."""
    by_province: dict[str, list[Portal]] = defaultdict(list)
    for portal in portals.values():
        by_province[f"{portal.region[:2]}0000"].append(portal)
    lines = ["| province | portals | not confirmed | hub | others |", "|---|---|---|---|---|"]
    for code, members in sorted(by_province.items()):
        hubs = [p.id for p in members if p.level == "province" and p.agency is None]
        others = sorted(p.id for p in members if p.id not in hubs)
        unconfirmed = sum(not p.confirmed for p in members)
        cells = [f"{divisions()[code]}", str(len(members)), str(unconfirmed), _code(hubs), _code(others)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _code(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "–"
