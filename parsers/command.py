"""`gongkai parse`: one JSON line for each input, in order; many inputs on all cores with flat memory."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from model.canonical import sha256_hex
from parsers.document import parse_document
from parsers.explain import explain_value
from parsers.many import Answer, read_many
from parsers.parts import Part

FEW = 24


def inputs(paths: Sequence[str]) -> Iterator[str]:
    """Folders become the files in them, sorted."""
    for path in paths:
        if path != "-" and Path(path).is_dir():
            with os.scandir(path) as found:
                names = sorted(f.name for f in found if not f.name.startswith(".") and f.is_file())
            yield from (str(Path(path) / name) for name in names)
        else:
            yield path


def parse_one(path: str, url: str | None = None, previous: dict[str, Any] | None = None) -> Answer:
    """The public JSON of one input, or an object with `error` when it could not be read."""
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        why = f"cannot read {path}: {error.strerror}; check the path and its permissions"
        return Answer(json.dumps({"input": path, "error": why}, ensure_ascii=False), failed=True)
    report = parse_document([Part("page", content, None, Path(path).stem)], url=url, previous=previous)
    report.input = url or path
    report.sha256 = sha256_hex(content)
    return Answer(report.model_dump_json())


def parse_paths(
    paths: Iterable[str], url: str | None = None, previous: dict[str, Any] | None = None, jobs: int | None = None
) -> Iterator[Answer]:
    """Answers in the order of the inputs. A few are read here, many by worker processes."""
    read = partial(parse_one, url=url, previous=previous)
    todo = iter(paths)
    first = list(islice(todo, FEW))
    jobs = jobs or _cores()
    if len(first) < FEW or jobs == 1 or "-" in first:
        return map(read, chain(first, todo))
    return read_many(chain(first, todo), read, jobs)


def _cores() -> int:
    """Cores that this process may use; less than all in a container or under taskset."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
    if explain:
        return _explain(parse_one(chosen[0], url, last), explain, out, err)
    code = 0
    for answer in _shown(parse_paths(chosen, url, last), len(chosen), out, err):
        code = 1 if answer.failed else code
        line = json.dumps(json.loads(answer.line), ensure_ascii=False, indent=2) if pretty else answer.line
        out.write(line + "\n")
    return code


def _explain(answer: Answer, field_id: str, out: TextIO, err: TextIO) -> int:
    report = json.loads(answer.line)
    if answer.failed:
        err.write(f"gongkai parse: {report['error']}\n")
        return 1
    told, known = explain_value(report, field_id)
    (out if known else err).write(told + "\n")
    return 0 if known else 2


def _shown(answers: Iterator[Answer], count: int, out: TextIO, err: TextIO) -> Iterator[Answer]:
    """The same answers, with a bar on the terminal when there are many and the lines go elsewhere."""
    if count < FEW or not err.isatty() or out.isatty():
        yield from answers
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    # No thread of its own: workers are forked while it runs.
    with Progress(*columns, console=Console(file=err), auto_refresh=False, transient=True) as progress:
        task = progress.add_task("", total=count)
        for number, answer in enumerate(answers, 1):
            yield answer
            progress.update(task, completed=number, refresh=number % 8 == 0 or number == count)
