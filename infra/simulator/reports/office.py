"""Who reports: as much of an agency as its figures and its prose depend on."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from model.portal import AgencyKind, AgencyLevel


class Office(BaseModel):
    """An invented agency. `size` scales its figures, from a town hall to a large city."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    core_name: str = ""
    """How the office names itself in running text; `name` when empty."""
    level: AgencyLevel = "prefecture"
    kind: AgencyKind = "department"
    size: Literal["none", "small", "medium", "large", "huge"] = "medium"

    @property
    def short(self) -> str:
        """How the prose names the office."""
        return self.core_name or self.name

    @property
    def makes_regulations(self) -> bool:
        """Whether 规章 may be above zero: only regional governments down to cities with districts make them."""
        return self.kind == "government" and self.level in {"province", "prefecture"}
