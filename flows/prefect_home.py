"""Prefect as gongkai wants it: telemetry off, quiet. Called by entry points before Prefect is imported."""

import os

from . import json_logs

MOST_TAGS = 20
QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_INTERNAL_LEVEL": "ERROR",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "spiders,parsers,storage,flows",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
}


def quiet_prefect(level: str = "WARNING") -> None:
    """Set what is not set; an operator's own choice in the environment wins.

    `level`: of Prefect's own log. The command line tells errors itself, in one sentence, and so asks for CRITICAL.
    """
    for name, value in {**QUIET, "PREFECT_LOGGING_LEVEL": level}.items():
        os.environ.setdefault(name, value)
    if json_logs.wanted():
        os.environ.setdefault("PREFECT_LOGGING_SETTINGS_PATH", str(json_logs.CONFIG))


def run_tags(portals: list[str]) -> list[str]:
    """What a run is found by in Prefect; it shows every tag, and those of a whole province would fill its page."""
    return ["gongkai", *portals[:MOST_TAGS]]
