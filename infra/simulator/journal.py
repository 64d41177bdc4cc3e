"""The state file: addresses and commands, so that a restarted simulator is the one that was stopped.

Everything a site shows follows from its configuration and the commands given; so the commands are the state.
"""

import json
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from model.errors import Misconfigured


class Command(BaseModel):
    """One change, as it was asked for."""

    model_config = ConfigDict(extra="forbid")

    verb: str
    arguments: dict[str, JsonValue]


class State(BaseModel):
    """Content of the state file. `sites` are base addresses, each ending in a slash."""

    model_config = ConfigDict(extra="forbid")

    control: str = ""
    sites: dict[str, str] = {}
    ports: dict[str, int] = {}
    commands: list[Command] = []


class Journal:
    """Keeps the state in memory, and in a file when there is one."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.state = State()
        if path is not None and path.is_file():
            try:
                self.state = State.model_validate_json(path.read_text("utf-8"))
            except (ValidationError, json.JSONDecodeError) as error:
                raise Misconfigured(f"{path} is no state file of the simulator; remove it to start afresh.") from error

    def note(self, verb: str, arguments: dict[str, JsonValue]) -> None:
        """Add a command and write the file."""
        self.state.commands.append(Command(verb=verb, arguments=arguments))
        self.write()

    def write(self) -> None:
        """Replace the file whole: a reader never sees half of it."""
        if self._path is None:
            return
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        draft.write_text(self.state.model_dump_json(indent=1), "utf-8")
        draft.replace(self._path)
