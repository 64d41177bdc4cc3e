"""Memory of a process and of all that it started, as Linux tells it."""

from pathlib import Path


def tree_megabytes(pid: int) -> float:
    """Proportional set size of the process and its descendants: pages that they share count once."""
    total, todo = 0, [pid]
    while todo:
        one = todo.pop()
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text("ascii")
            todo += [int(p) for p in Path(f"/proc/{one}/task/{one}/children").read_text("ascii").split()]
        except OSError:  # it has ended in the meantime
            continue
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024
