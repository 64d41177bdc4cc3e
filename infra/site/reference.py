"""The reference pages of the site, made from the code each time, so that they can't be out of date."""

import json
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "report.schema.json"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are not files; a hook of MkDocs."""
    from storage.releases.tables import dictionary

    pages = {"commands": commands(), "configuration": configuration(), "json": report_json(), "tables": dictionary()}
    for name, content in pages.items():
        files.append(File.generated(config, f"reference/{name}.md", content=content))
    return files


def commands() -> str:
    """Every command with its options and examples, as `--help` has them."""
    import typer

    from flows.cli import app

    lines = ["# Commands", "", "What `gongkai COMMAND --help` tells.", ""]
    group: Any = typer.main.get_command(app)  # Typer brings its own Click, so its classes have no name to check.
    for name in sorted(group.commands):
        lines += _command(f"gongkai {name}", group.commands[name])
    return "\n".join(lines)


def _command(name: str, command: Any) -> list[str]:
    if hasattr(command, "commands"):
        found = [f"## {name}", "", (command.help or "").strip(), ""]
        for inner in sorted(command.commands):
            found += _command(f"{name} {inner}", command.commands[inner])
        return found
    lines = [f"## {name}", "", (command.help or "").strip(), ""]
    rows = [_parameter(p) for p in command.params if not getattr(p, "hidden", False)]
    if rows:
        lines += ["| option | what |", "|---|---|", *rows, ""]
    if command.epilog:
        lines += ["```text", command.epilog.replace("\n\n", "\n").strip(), "```", ""]
    return lines


def _parameter(parameter: Any) -> str:
    option = parameter.param_type_name == "option"
    names = parameter.opts if option else [parameter.metavar or parameter.name.upper()]
    told = (getattr(parameter, "help", None) or "").replace("|", "\\|").replace("\n", " ")
    return f"| {', '.join(f'`{name}`' for name in names)} | {told} |"


def configuration() -> str:
    """Every setting, its default and what it does."""
    from flows.settings import Settings
    from storage.settings import StorageSettings

    lines = ["# Configuration", "", "Environment variables, or lines of a file `.env` where gongkai is started.", ""]
    lines += ["| variable | default | what |", "|---|---|---|"]
    for model in (Settings, StorageSettings):
        for name, field in model.model_fields.items():
            if name == "storage" or (model is StorageSettings and name == "store"):
                continue
            told = (field.description or "").replace("|", "\\|")
            default = "" if field.default is None else f"`{field.default}`"
            lines.append(f"| `GONGKAI_{name.upper()}` | {default} | {told} |")
    credentials = "Credentials of a bucket are boto3's: `AWS_ACCESS_KEY_ID` and so on. They are never written anywhere."
    return "\n".join([*lines, "", credentials, ""])


def report_json() -> str:
    """The public JSON, part by part, from its schema."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    lines = ["# The JSON of a report", "", str(schema.get("description", "")), ""]
    lines += _properties(schema)
    for name, part in schema.get("$defs", {}).items():
        lines += [f"## {name}", "", str(part.get("description", "")), ""]
        lines += (
            [f"One of: {', '.join(f'`{value}`' for value in part['enum'])}", ""]
            if "enum" in part
            else _properties(part)
        )
    return "\n".join(lines)


def _properties(part: dict[str, Any]) -> list[str]:
    if not part.get("properties"):
        return []
    rows = [f"| `{n}` | {_type(p)} | {p.get('description', '')} |" for n, p in part["properties"].items()]
    return ["| field | type | what |", "|---|---|---|", *rows, ""]


def _type(told: dict[str, Any]) -> str:
    if "$ref" in told:
        name = told["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in told:
        return " or ".join(_type(one) for one in told["anyOf"])
    if told.get("type") == "array":
        return f"list of {_type(told.get('items') or {})}"
    if told.get("type") == "object":
        inner = told.get("additionalProperties")
        return f"object of {_type(inner)}" if isinstance(inner, dict) else "object"
    if "enum" in told:
        return " or ".join(f"`{value}`" for value in told["enum"])
    return str(told.get("type", "any"))
