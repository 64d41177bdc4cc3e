"""Logs as one JSON object a line (`GONGKAI_LOG=json`), each with the run, and with the portal where one is meant."""

import json
import logging
import os
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

run_id: ContextVar[str | None] = ContextVar("run_id", default=None)
CONFIG = Path(__file__).parent / "log.yml"
# What every record has; the rest came as `extra`.
USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def wanted() -> bool:
    return os.environ.get("GONGKAI_LOG", "").lower() == "json"


class JsonLines(logging.Formatter):
    """`{"at", "level", "logger", "message", "run", …}`; what was given as `extra` stands beside these."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "run": run_id.get(),
        }
        told |= {name: value for name, value in vars(record).items() if name not in USUAL}
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps({name: v for name, v in told.items() if v is not None}, ensure_ascii=False, default=str)
