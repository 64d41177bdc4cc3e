"""What the values of the forms are called in English (`english_labels.yml`); the Chinese labels are the forms' own."""

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

import yaml


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(
        files("model").joinpath("english_labels.yml").read_text(encoding="utf-8")
    )
    return found


@lru_cache(maxsize=4096)
def english_label(value_id: str) -> str | None:
    """Row and column of a value's id in English; None for one that the table does not know (a local column)."""
    words = _words()
    if (whole := words["rows"].get(value_id)) is not None:
        return whole
    row, _, column = value_id.rpartition(".")
    if row in words["rows"] and column in words["columns"]:
        return f"{words['rows'][row]} / {words['columns'][column]}"
    return None


def english_unit(unit: str) -> str | None:
    """A unit of the forms in English; None for one that a document brought itself."""
    return _words()["units"].get(unit)
