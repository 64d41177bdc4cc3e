"""`gongkai parse`: one JSON line for each input, in order; many inputs on all cores with flat memory."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TextIO

from model.canonical import sha256_hex
from parsers.document import parse_document
from parsers.explain import explain_value
from parsers.parts import Part

FEW = 24
IN_FLIGHT = 64


def inputs(paths: Sequence[str]) -> Iterator[str]:
    """Folders become the files in them, sorted."""
    for path in paths:
        if path != "-" and Path(path).is_dir():
            yield from sorted(str(f) for f in Path(path).iterdir() if f.is_file() and not f.name.startswith("."))
        else:
            yield path


def parse_one(path: str, url: str | None = None, previous: dict[str, Any] | None = None) -> dict[str, Any]:
    """The public JSON of one input, or an object with `error` when it could not be read."""
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        return {"input": path, "error": f"cannot read {path}: {error.strerror}; check the path and its permissions"}
    report = parse_document([Part("page", content, None, Path(path).stem)], url=url, previous=previous)
    report.input = url or path
    report.sha256 = sha256_hex(content)
    return report.model_dump(mode="json")


def _job(job: tuple[str, str | None, dict[str, Any] | None]) -> str:
    return json.dumps(parse_one(*job), ensure_ascii=False)


def parse_paths(
    paths: Iterable[str], url: str | None = None, previous: dict[str, Any] | None = None, jobs: int | None = None
) -> Iterator[str]:
    """JSON texts in the order of the inputs. A few are read here, many by worker processes."""
    todo = [(p, url, previous) for p in paths]
    jobs = jobs or os.cpu_count() or 1
    if len(todo) < FEW or jobs == 1 or any(p == "-" for p, _, _ in todo):
        yield from map(_job, todo)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for start in range(0, len(todo), IN_FLIGHT * jobs):
            yield from pool.map(_job, todo[start : start + IN_FLIGHT * jobs], chunksize=8)


def run_parse(
    paths: Sequence[str], *, url: str | None, previous: Path | None, pretty: bool, explain: str | None,
    out: TextIO, err: TextIO,
) -> int:  # fmt: skip
    """Exit code: 0 all inputs answered, 1 an input could not be read, 2 wrong usage."""
    last: dict[str, Any] | None = None
    if previous is not None:
        try:
            last = json.loads(previous.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            err.write(f"gongkai parse: cannot use --previous {previous}: {error}\n")
            return 2
    chosen = list(inputs(paths))
    if not chosen:
        err.write(f"gongkai parse: no file in {', '.join(paths)}; folders are not searched below their first level\n")
        return 1
    if (pretty or explain) and len(chosen) != 1:
        err.write("gongkai parse: --pretty and --explain take exactly one document\n")
        return 2
    code = 0
    for line in parse_paths(chosen, url, last):
        report = json.loads(line) if pretty or explain else None
        if line.startswith('{"input"') and '"error"' in line[:4000]:
            code = 1
        if explain and report is not None:
            out.write(explain_value(report, explain) + "\n")
        else:
            out.write((json.dumps(report, ensure_ascii=False, indent=2) if report is not None else line) + "\n")
    return code
