"""The licence gate: no installed distribution may be under GPL or AGPL, save those named here with the reason."""

import json
import re
import subprocess
import sys

STRONG = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|(?<!Lesser )General Public License", re.I)
WEAK = re.compile(r"LGPL|Lesser General Public|MPL|Mozilla", re.I)

# Distribution: why it may stay.
ALLOWED: dict[str, str] = {
    "text-unidecode": "offered under the Artistic License too, which we take; Prefect needs it through python-slugify",
}


def offenders(rows: list[dict[str, str]]) -> list[str]:
    """Names with their licence, of `pip-licenses --format json` rows; a choice that includes a weak licence passes."""
    return sorted(
        f"{row['Name']} ({row['License']})"
        for row in rows
        if STRONG.search(row["License"]) and not WEAK.search(row["License"]) and row["Name"] not in ALLOWED
    )


def main() -> int:
    command = [sys.executable, "-m", "piplicenses", "--format", "json", "--from", "mixed"]
    rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    found = offenders(rows)
    for offender in found:
        sys.stderr.write(f"licence not allowed: {offender}\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
