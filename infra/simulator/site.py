"""What a simulated portal is: one YAML file in `sites/`, checked before anything listens."""

from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from infra.simulator.oddities import ExtraRow, Happening, Override, ScriptedPage
from infra.simulator.reports.layouts import HTML_LAYOUTS
from infra.simulator.reports.office import Office
from infra.simulator.switches import Switches
from model.errors import InvalidPortal


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reporting(Office):
    """An agency of the city and the years for which its reports exist."""

    years: Annotated[tuple[int, ...], Field(min_length=1)]
    waiting: tuple[int, ...] = ()
    """Years of `years` whose report is written and not yet published: material for `publish`."""
    late_forms: tuple[int, ...] = ()
    """Years after 2020 in which the office still fills the form of 2019."""


FamilyName = Literal[
    "trs", "static", "hanweb", "rendered", "hub", "hanweb_xxgk", "unitbuild", "truecms", "epoint", "ucap", "gkmlpt",
    "longsun", "vsb", "sudy", "eportal", "openness",
]  # fmt: skip


class Pager(_Strict):
    """How a TRS list names its pages. `first` is the number that the script gives to page 1."""

    first: Literal[0, 1] = 0
    advertised_extra: int = 0
    """Pages that the script announces although they are not there (404)."""


class Hub(_Strict):
    """How a site of the `hub` family leads to its reports."""

    by: Literal["tree", "tabs", "page"] = "tree"
    """tree: columns by year and level; tabs: the query of one address chooses; page: all on one."""
    slugs: dict[int, str] = {}
    """Folder of a year where it is not `2025n`: real ones change from year to year."""
    tab: str = "gk"
    linked: bool = True
    """Whether any page leads to the column; the search does all the same."""
    search: Literal["none", "ucap", "irs", "igs"] = "none"
    elsewhere: dict[str, str] = {}
    """Names and addresses of other governments' hosts that the hub leads to."""


class SiteConfig(_Strict):
    """One virtual host: all that it shows follows from these values."""

    title: str
    domain: str
    """The name in the page's meta tags; it is never resolved."""
    region: Annotated[str, Field(pattern=r"^\d{6}$")]
    family: FamilyName
    variant: Literal["", "json", "search", "yearly"] = ""
    """Which of its product's ways a site takes, where there are several."""
    column: str = "政府信息公开年报"
    column_path: Annotated[str, Field(pattern=r"^/(?:[\w.-]+/)*$")]
    """The folder of the annual-report column, with a slash at both ends."""
    seed: int
    clock: datetime
    page_size: Annotated[int, Field(ge=1)] = 15
    pager: Pager = Pager()
    hub: Hub = Hub()
    layouts: Annotated[tuple[str, ...], Field(min_length=1)] = ("clean",)
    """Report layouts, dealt out to the reports in turn of their key."""
    container: str = "TRS_Editor"
    """Class of the element around an article, or its id with a # before it."""
    traps: bool = True
    """Whether the list also holds rows that are no reports."""
    agencies: Annotated[tuple[Reporting, ...], Field(min_length=1)]
    switches: Switches = Switches()
    name: Annotated[str, Field(pattern=r"^$|^[\w.-]+\.localhost$")] = ""
    """Host name under which it is reached (with its port); without one, the bare address of this machine."""
    tls: str | None = None
    """It speaks https, with a certificate for this name that nobody vouches for."""
    pages: tuple[ScriptedPage, ...] = ()
    happenings: tuple[Happening, ...] = ()
    rows: tuple[ExtraRow, ...] = ()
    reports: dict[str, Override] = {}
    """`agency/year`: what is odd about its publication."""

    @field_validator("layouts")
    @classmethod
    def _are_html(cls, layouts: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(layouts) - set(HTML_LAYOUTS))
        if unknown:
            raise ValueError(f"no HTML layouts: {', '.join(unknown)}; known are {', '.join(HTML_LAYOUTS)}")
        return layouts


def bundled_sites() -> list[str]:
    """Names of the sites that come with the simulator."""
    return sorted(item.name.removesuffix(".yml") for item in _folder().iterdir() if item.name.endswith(".yml"))


def load_site(name: str) -> tuple[str, SiteConfig]:
    """Read a bundled site by its name, or any YAML file by its path; give its name and content.

    Raises InvalidPortal when there is no such file or it does not describe a site.
    """
    path = Path(name)
    if path.suffix in {".yml", ".yaml"} and path.is_file():
        return path.stem, _parse(path.read_text("utf-8"), str(path))
    source = _folder() / f"{name}.yml"
    if not source.is_file():
        raise InvalidPortal(f"There is no simulated site {name!r}; known are {', '.join(bundled_sites())}.")
    return name, _parse(source.read_text("utf-8"), f"{name}.yml")


def _parse(text: str, where: str) -> SiteConfig:
    try:
        return SiteConfig.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise InvalidPortal(f"{where} does not describe a simulated site: {error}") from error


def _folder() -> Traversable:
    return files("infra.simulator") / "sites"
