"""Where a function is mapped over many keys: on the cores of this machine, or on the workers of a Dask cluster."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from model.errors import BadQuery, Misconfigured
from parsers.many import Answer, read_many

Read = Callable[[str], Answer]
Engine = Callable[[Iterable[str], Read], Iterable[Answer]]

CHUNK = 16
AHEAD = 4  # chunks for each thread of the cluster that may be under way: memory stays flat, nobody waits
CONNECT_SECONDS = 20


def engine_of(name: str, jobs: int | None = None, *, forked: bool = True) -> Engine:
    """`processes`, or `dask://host:port` of a scheduler. BadQuery for any other name.

    `forked`: as `parsers.many.read_many` has it.
    """
    if name == "processes":
        cores = jobs or os.cpu_count() or 1
        return lambda keys, read: read_many(keys, read, cores, forked=forked)
    if name.startswith("dask://"):
        address = f"tcp://{name.removeprefix('dask://')}"
        return lambda keys, read: _on_cluster(address, keys, read)
    raise BadQuery(f"--engine {name!r} is neither 'processes' nor 'dask://host:port' of a Dask scheduler")


def _on_cluster(address: str, keys: Iterable[str], read: Read) -> Iterator[Answer]:
    """Answers in order. The workers need gongkai installed, and the way to the store."""
    try:
        from distributed import Client
    except ImportError as error:
        raise Misconfigured("dask:// needs the extra `dask`: pip install 'gongkai[dask]'") from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError) as error:
        raise Misconfigured(
            f"no Dask scheduler answers at {address} ({type(error).__name__}): start one with `dask scheduler`"
        ) from error
    with client:
        window = max(1, sum(client.nthreads().values())) * AHEAD  # type: ignore[no-untyped-call]
        todo, waiting = iter(keys), deque[object]()
        while True:
            while len(waiting) < window and (chunk := list(islice(todo, CHUNK))):
                waiting.append(client.submit(read_chunk, read, chunk, pure=False))
            if not waiting:
                return
            yield from waiting.popleft().result()  # type: ignore[attr-defined]


def read_chunk(read: Read, keys: list[str]) -> list[Answer]:
    """What a worker does."""
    return [read(key) for key in keys]
