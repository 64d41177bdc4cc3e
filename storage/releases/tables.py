"""The tables of a release as `tables.yml` has them: one description, from which every format is made."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    import pyarrow as pa

ColumnType = Literal["string", "integer", "number", "boolean", "date", "datetime"]
SQLITE = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER", "date": "TEXT"}


class _Description(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Description):
    type: ColumnType
    description: str
    references: str | None = None


class Table(_Description):
    title: str
    description: str
    key: tuple[str, ...]
    by_year: bool = False
    columns: dict[str, Column]

    def arrow(self) -> "pa.Schema":
        """Arrow's schema. Times are UTC; whole numbers have 64 bits."""
        import pyarrow as pa

        types = {
            "string": pa.string(),
            "integer": pa.int64(),
            "number": pa.float64(),
            "boolean": pa.bool_(),
            "date": pa.date32(),
            "datetime": pa.timestamp("us", tz="UTC"),
        }
        return pa.schema([pa.field(name, types[column.type]) for name, column in self.columns.items()])

    def frictionless(self) -> dict[str, Any]:
        """The Table Schema of the Data Package standard."""
        fields = [
            {"name": name, "type": column.type, "description": column.description}
            | ({"constraints": {"required": True}} if name in self.key else {})
            | ({"format": "default"} if column.type in ("date", "datetime") else {})
            for name, column in self.columns.items()
        ]
        foreign = [
            {"fields": name, "reference": {"resource": column.references, "fields": name}}
            for name, column in self.columns.items()
            if column.references
        ]
        described: dict[str, Any] = {"fields": fields, "primaryKey": list(self.key), "missingValues": [""]}
        return described | ({"foreignKeys": foreign} if foreign else {})

    def sqlite(self, name: str) -> str:
        """`CREATE TABLE` for the file that is made for browsing."""
        columns = ", ".join(f'"{n}" {SQLITE.get(c.type, "TEXT")}' for n, c in self.columns.items())
        key = ", ".join(f'"{n}"' for n in self.key)
        return f'CREATE TABLE "{name}" ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID'


@cache
def tables() -> Mapping[str, Table]:
    """Every table by name, in the order of `tables.yml`."""
    told = yaml.safe_load(files("storage").joinpath("releases/tables.yml").read_text(encoding="utf-8"))
    return {name: Table.model_validate(table) for name, table in told.items()}


def dictionary() -> str:
    """The data dictionary as Markdown."""
    lines = ["# Data dictionary", ""]
    for name, table in tables().items():
        lines += [f"## {name}", "", table.description, "", f"Key: {', '.join(f'`{k}`' for k in table.key)}.", ""]
        lines += ["| column | type | what |", "|---|---|---|"]
        lines += [f"| `{n}` | {c.type} | {c.description} |" for n, c in table.columns.items()]
        lines.append("")
    return "\n".join(lines)
