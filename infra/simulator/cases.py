"""The 27 cases that a crawler of government portals has to come through, each a file of sites in `cases/`.

A site of a case names a `base` (a bundled site, `base.yml` beside the cases, or a site earlier in the file) and what is
different about it; maps are merged, everything else is replaced.
"""

from importlib.resources import files
from typing import Any

import yaml
from pydantic import ValidationError

from infra.simulator.site import SiteConfig, load_site
from model.errors import InvalidPortal

NUMBERS = range(1, 28)


def load_case(number: int) -> dict[str, SiteConfig]:
    """The sites of a case by name. Raises InvalidPortal when there is no such case or it cannot be played."""
    name = f"case{number:02d}.yml"
    source = files("infra.simulator") / "cases" / name
    if not source.is_file():
        raise InvalidPortal(f"There is no case {number}; the cases are numbered 1 to 27.")
    known: dict[str, SiteConfig] = {}
    try:
        for site, given in yaml.safe_load(source.read_text("utf-8"))["sites"].items():
            rest = dict(given or {})
            base = _base(str(rest.pop("base", "base")), known)
            known[site] = SiteConfig.model_validate(_merged(base.model_dump(), rest))
    except (yaml.YAMLError, ValidationError, KeyError, AttributeError) as error:
        raise InvalidPortal(f"{name} does not describe a case: {error}") from error
    return known


def words_of(number: int) -> str:
    """What a case plays, in a sentence."""
    source = files("infra.simulator") / "cases" / f"case{number:02d}.yml"
    return str(yaml.safe_load(source.read_text("utf-8"))["words"])


def _base(name: str, known: dict[str, SiteConfig]) -> SiteConfig:
    if name in known:
        return known[name]
    if name == "base":
        text = (files("infra.simulator") / "cases" / "base.yml").read_text("utf-8")
        return SiteConfig.model_validate(yaml.safe_load(text))
    return load_site(name)[1]


def _merged(base: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in given.items():
        known = merged.get(key)
        merged[key] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged
