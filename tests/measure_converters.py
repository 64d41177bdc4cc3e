"""`python -m tests.measure_converters [REPORTS]`: generated pages through every converter; ends in 1 on a silent error.

Installs nothing: it names the programs that are missing.
"""

import sys
from collections import Counter, defaultdict

from rich.console import Console
from rich.progress import track
from rich.table import Table

from infra.simulator.reports import invent, render
from infra.simulator.reports.layouts import figures, markup, structure, wording
from parsers import Part, parse_document
from tests.converting import COMMANDS, CONVERTED, IN_PROCESS, missing_programs, outcome, program

FAMILIES = {"markup": markup, "structure": structure, "wording": wording, "figures": figures}
ENDS = ("verified", "suspect", "refused", "absent")


def main(count: int) -> int:
    err = Console(stderr=True)
    if missing := missing_programs():
        err.print(f"Programs are missing: install {', '.join(missing)} (Debian: apt-get install {' '.join(missing)}).")
        return 2
    converters = IN_PROCESS | {name: program(command) for name, command in COMMANDS.items()}
    ends: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    wrong: list[str] = []
    jobs = [(family, layout, form) for family, module in FAMILIES.items()
            for layout in module.LAYOUTS if layout in CONVERTED
            for form in ("form2021", "form2019")]  # fmt: skip
    for family, layout, form in track(jobs, "Converting", console=err):
        for number, invented in enumerate(invent(count, form, 300)):  # type: ignore[arg-type]
            document = render(invented, layout, number)
            for name, convert in converters.items():
                report = parse_document([Part("page", convert(document.content))])
                for field_id in document.values:
                    end = outcome(report, document, field_id)
                    ends[name, family][end] += 1
                    if end == "wrong":
                        wrong.append(f"{name}, {layout}, {form}, report {number}: {field_id}")
    table = Table("converter", *FAMILIES, caption="of 100 values: " + " / ".join(ENDS))
    for name in converters:
        table.add_row(name, *(_shares(ends[name, family]) for family in FAMILIES))
    Console(width=150).print(table)
    for line in wrong[:20]:
        err.print(f"Wrong in silence: {line}")
    err.print(f"{len(wrong)} silent errors in {sum(c.total() for c in ends.values())} values.")
    return 1 if wrong else 0


def _shares(ends: Counter[str]) -> str:
    return " / ".join(f"{100 * ends[end] / max(ends.total(), 1):.1f}" for end in ENDS)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2))
