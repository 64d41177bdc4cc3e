"""A portal as data: one YAML file says where to start, what may be visited and how politely."""

from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints, model_validator

DivisionCode = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
PortalId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]

AgencyKind = Literal["department", "government", "vertical", "authorized_org", "township", "street", "zone"]
AgencyLevel = Literal["state", "province", "prefecture", "county", "township"]
FamilyName = Literal[
    "hanweb", "hanweb_xxgk", "unitbuild", "truecms", "epoint", "trs", "ucap", "gkmlpt", "longsun", "vsb", "sudy",
    "eportal", "openness", "static", "rendered",
]  # fmt: skip
"""Products that publish reports. A family without a module of its own is read as any list of links."""


class Strict(BaseModel):
    """Unknown keys are refused: a misspelt setting must not pass as a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PortalAgency(Strict):
    """The agency whose reports a portal publishes when a title does not name one."""

    name: str = Field(min_length=2, description="Full official name, for example 天津市人力资源和社会保障局")
    kind: AgencyKind = "department"
    level: AgencyLevel = "county"


class Evidence(Strict):
    """How the portal came to be known. Nothing here says that it answers today: that is what `confirmed` is for."""

    seen: Literal["page", "address", "memory"] = Field(
        description="page: a stored copy of the page at `url`; address: only the address, in public code or lists; "
        "memory: neither"
    )
    kind: Literal["list", "detail"] = Field("list", description="Is `url` a list, or one report of which it is known?")
    url: HttpUrl | None = Field(None, description="What was seen; none: the first start address itself")
    source: str = Field("", description="Whose claim it is")


class Politeness(Strict):
    """How gently a host is asked. Seconds; the defaults suit a small government server."""

    delay: float = Field(4.0, ge=0, description="Seconds between two requests to a host, before jitter")
    attachment_delay: float = Field(10.0, ge=0, description="Seconds before an attachment is asked for")
    jitter: float = Field(0.3, ge=0, le=1, description="Share of the delay by which it varies at random")
    daily_requests: int = Field(600, ge=1, description="Requests to one host in a day at most")
    window: tuple[time, time] | None = Field(
        None, description="Hours of Asia/Shanghai in which the host may be asked, for example ['08:00', '22:00']"
    )


class Limits(Strict):
    """What an operator asks for all portals together; a portal's own settings may only be stricter."""

    delay: float = Field(0.0, ge=0, description="Seconds between two requests to a host at least")
    daily_requests: int | None = Field(None, ge=1, description="Requests to one host in a day at most")
    window: tuple[time, time] | None = Field(None, description="Hours of Asia/Shanghai in which anything is asked")
    timeout: float = Field(60.0, gt=0, description="Seconds for one answer, an attachment three times as many")

    def on(self, politeness: Politeness) -> Politeness:
        """A portal's politeness under these limits; the windows are kept apart, for both have to be open."""
        budget = min(politeness.daily_requests, self.daily_requests or politeness.daily_requests)
        return politeness.model_copy(update={"delay": max(self.delay, politeness.delay), "daily_requests": budget})


class Expectation(Strict):
    """Fewer reports than `min` is a problem of the run, never 'nothing new'."""

    min: int = Field(0, ge=0)


class Expectations(Strict):
    reports: Expectation = Expectation()


class Portal(Strict):
    """One file of `spiders/portals/`; `id` is the file's name without its ending."""

    id: PortalId
    title: str = Field(min_length=2, description="What the column is called, for people")
    region: DivisionCode = Field(description='Division code (GB/T 2260), always quoted: "120000"')
    start_urls: tuple[HttpUrl, ...] = Field(min_length=1, description="Hub or list pages, the hub first")
    hosts: tuple[str, ...] = Field((), description="Further hosts that belong to it; start hosts are included")
    aliases: dict[str, str] = Field(
        {}, description="Host that shows the same pages (a bare address, an old name) → the portal's own host"
    )
    level: AgencyLevel | None = Field(
        None, description="Of the government that runs it; a department has that of its own"
    )
    family: FamilyName | None = Field(None, description="A hint only: the page itself decides which family reads it")
    agency: PortalAgency | None = None
    evidence: Evidence | None = None
    confirmed: bool = Field(False, description="Has a person seen this address answer as described?")
    unconfirmed_since: date | None = Field(None, description="Day on which the file was written without opening it")
    notes: str = ""
    schedule: str | None = Field(None, description="Cron line in Asia/Shanghai")
    recheck_days: int = Field(30, ge=0, description="Known reports are asked again after so many days")
    max_list_pages: int = Field(200, ge=1)
    screenshots: bool = Field(
        False, description="Keep a picture of every page that a browser had to render, as evidence; asks for its images"
    )
    max_body_bytes: int = Field(50_000_000, ge=1_000, description="A larger payload is recorded as too_large")
    politeness: Politeness = Politeness()
    expect: Expectations = Expectations()

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if self.confirmed and self.unconfirmed_since:
            raise ValueError("a confirmed portal has no unconfirmed_since; remove one of the two")
        return self

    @property
    def start_hosts(self) -> frozenset[str]:
        """Host names (with port where one is given) that this portal may be read from."""
        own = {f"{u.host}:{u.port}" if u.port not in (80, 443) else str(u.host) for u in self.start_urls}
        return frozenset(own) | frozenset(self.hosts)
