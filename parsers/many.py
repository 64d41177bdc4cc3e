"""Many documents at once: worker processes on all cores, answers in the order of the inputs, and memory that does not
grow with their number."""

import gc
import json
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import NamedTuple

CHUNK = 8
AHEAD = 3  # chunks for each worker that may be under way or wait for an earlier one


class Answer(NamedTuple):
    """One JSON object on one line; `failed`: it says why the input could not be read."""

    line: str
    failed: bool = False


Read = Callable[[str], Answer]


def read_many(paths: Iterable[str], read: Read, jobs: int, *, forked: bool = True) -> Iterator[Answer]:
    """Answers in order. An input that kills its worker, or on which the parser fails, is told; the others go on.

    `read` must be picklable. `forked`: workers are forked where the system does so; a process with threads of its own
    has them started anew instead.
    """
    todo = iter(paths)
    waiting: deque[tuple[list[str], Future[list[Answer]]]] = deque()
    pool = _pool(jobs, forked)
    try:
        while True:
            while len(waiting) < jobs * AHEAD and (chunk := list(islice(todo, CHUNK))):
                waiting.append((chunk, _submit(pool, read, chunk)))
            if not waiting:
                return
            chunk, future = waiting.popleft()
            if future.exception() is None:
                yield from future.result()
                continue
            # A dead worker takes all that is under way with it: a new pool for those, and this chunk one by one.
            pool.shutdown(cancel_futures=True)
            for path in chunk:
                yield _alone(path, read, forked)
            pool = _pool(jobs, forked)
            waiting = deque((c, f if _is_good(f) else _submit(pool, read, c)) for c, f in waiting)
    finally:
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, read: Read, chunk: list[str]) -> "Future[list[Answer]]":
    try:
        return pool.submit(_read_chunk, read, chunk)
    except BrokenProcessPool as broken:
        failed: Future[list[Answer]] = Future()
        failed.set_exception(broken)
        return failed


def _is_good(future: "Future[list[Answer]]") -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _pool(jobs: int, forked: bool) -> ProcessPoolExecutor:
    context = multiprocessing.get_context() if forked else multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=gc.freeze)


def _read_chunk(read: Read, paths: list[str]) -> list[Answer]:
    return [read(path) for path in paths]


def _alone(path: str, read: Read, forked: bool) -> Answer:
    with _pool(1, forked) as pool:
        fault = (future := pool.submit(read, path)).exception()
    if fault is None:
        return future.result()
    why = f"cannot read {path}: the parser failed on it ({type(fault).__name__}: {fault}); please report it"
    return Answer(json.dumps({"input": path, "error": why}, ensure_ascii=False), failed=True)
