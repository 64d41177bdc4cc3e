"""Running one crawl process and listening to it."""

import asyncio
import json
import logging
import sys
from collections.abc import Callable
from typing import Any

from model import errors
from model.errors import CrawlFailed, GongkaiError

from .shard import ShardOrder

log = logging.getLogger(__name__)

# A line of progress is small; a visit with hundreds of rows is not told on this channel.
LONGEST_LINE = 1_000_000
LAST_WORDS = 4_000


def told_error(line: dict[str, Any]) -> GongkaiError:
    """The error that a child told of, as the same class on our side."""
    found: list[type[GongkaiError]] = [
        kind
        for name in (line.get("kind"), line.get("group"))
        if isinstance(kind := getattr(errors, str(name), None), type) and issubclass(kind, GongkaiError)
    ]
    return (found or [CrawlFailed])[0](str(line.get("message")))


async def crawl(order: ShardOrder, on_progress: Callable[[dict[str, Any]], None]) -> None:
    """Run the shard's process to its end. Raises what it told, or CrawlFailed when it died without a word."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "flows.shard",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    complaints = asyncio.create_task(process.stderr.read())
    failure: GongkaiError | None = None
    finished = False
    try:
        # Standard input stays open: its end tells the child that we are gone.
        process.stdin.write(order.model_dump_json().encode() + b"\n")
        await process.stdin.drain()
        while raw := await process.stdout.readline():
            line = json.loads(raw)
            if line.get("type") == "error":
                failure = told_error(line)
            elif line.get("type") == "done":
                finished = True
            else:
                on_progress(line)
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    noise = (await complaints).decode(errors="replace")
    if noise.strip():
        log.info("crawl process said", extra={"stderr": noise[-LAST_WORDS:]})
    if failure is not None:
        raise failure
    if code != 0 or not finished:
        raise CrawlFailed(
            f"the crawl process of shard {order.job.shard} ended with code {code}; what it kept is safe, start again. "
            f"It said: {noise.strip()[-600:] or 'nothing'}"
        )
