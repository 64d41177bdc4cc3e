"""Who wants to hear of what: the file `alerts.yml`.

A `to` is `webhook+https://…` (our own JSON webhook, `webhook+http` too) or any URL that Apprise knows (mail, 企业微信,
钉钉, 飞书, Slack …). `${NAME}` in it is taken from the environment as it stands, so that secrets stay out of the file.
"""

import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from model.document import Event
from model.errors import InvalidSubscriptions
from model.jumps import LEAST_DIFFERENCE, LEAST_PERCENT
from model.vocabulary import EventKind

from .addresses import known_to_apprise

WEBHOOKS = ("webhook+http", "webhook+https")
Digest = Literal["daily", "weekly"]
SECRETS = ("to", "secret")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
RegionPrefix = Annotated[str, StringConstraints(pattern=r"^\d{2}(\d{2}){0,2}$")]

# ${DESK_TOKEN}
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class _Strict(BaseModel):
    # Inputs hold secrets, so that pydantic must not repeat them in its messages.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Feeds(_Strict):
    """Where `events.atom` and `events.json` are written, and at which address people find that folder, if any."""

    folder: str = "./alerts"
    title: str = Field("公开 gongkai: 政府信息公开年报动态", min_length=1)
    limit: int = Field(200, ge=1)
    url: HttpUrl | None = None


class Jump(_Strict):
    """How much a figure must have moved against last year's report to be told."""

    percent: float = Field(LEAST_PERCENT, ge=LEAST_PERCENT, description="Of last year's figure")
    least: float = Field(LEAST_DIFFERENCE, ge=LEAST_DIFFERENCE, description="Difference in the figure itself")
    cells: tuple[str, ...] = Field((), description="Beginnings of the ids of figures; empty: any")

    def is_in(self, event: Event) -> bool:
        """Does the event tell of such a figure?"""
        jumps = event.details.get("jumps")
        return any(self._fits(jump) for jump in (jumps if isinstance(jumps, list) else ()) if isinstance(jump, dict))

    def _fits(self, jump: dict[str, Any]) -> bool:
        last, now = float(jump["last"]), float(jump["now"])
        enough = abs(now - last) >= self.least and (not last or 100 * abs(now - last) / abs(last) >= self.percent)
        return enough and (not self.cells or str(jump["id"]).startswith(self.cells))


class Subscription(_Strict):
    """One receiver. `name` must stay as it is: it is part of what tells a repeated delivery from a new one."""

    name: Name
    to: SecretStr
    secret: SecretStr | None = Field(None, description="Signs what a webhook gets (HMAC-SHA256)")
    digest: Digest | None = Field(None, description="One message a day or a week instead of one for each event")
    agencies: tuple[str, ...] = Field((), description="Names or parts of names, or ids, of agencies")
    findings: tuple[str, ...] = Field((), description="Codes of findings, or their severity: error, warning, info")
    jump: Jump | None = Field(None, description="Only reports with a figure that moved so much against last year")
    kinds: tuple[EventKind, ...] = Field((), description="Empty: every kind that is neither silent nor unconfirmed")
    portals: tuple[str, ...] = ()
    regions: tuple[RegionPrefix, ...] = Field((), description="Beginnings of division codes: '12' is all of Tianjin")
    since: date | None = Field(None, description="Nothing that happened before this day (UTC)")

    @field_validator("to")
    @classmethod
    def _address(cls, to: SecretStr) -> SecretStr:
        url = to.get_secret_value()
        if url.partition("://")[0].lower() in WEBHOOKS:
            if not _names_a_host(url):
                raise ValueError("a webhook needs a host: webhook+https://desk.example/hook")
        elif not known_to_apprise(url):
            raise ValueError("no webhook+https:// address and none that Apprise understands; see docs/alerts.md")
        return to

    @field_validator("kinds")
    @classmethod
    def _loud(cls, kinds: tuple[EventKind, ...]) -> tuple[EventKind, ...]:
        if EventKind.COLLECTED in kinds:
            raise ValueError("'collected' is silent and is never delivered; leave it out")
        return kinds

    @model_validator(mode="after")
    def _only_webhooks_are_signed(self) -> Self:
        if self.secret is not None and self.scheme not in WEBHOOKS:
            raise ValueError("only webhooks are signed; leave 'secret' out, or use a webhook+https:// address")
        return self

    @property
    def scheme(self) -> str:
        """All of the address that may be shown."""
        return self.to.get_secret_value().partition("://")[0].lower()

    def wants(self, event: Event, region: str | None) -> bool:
        """Is this event for this subscription? `region` is the division code of its place, if known."""
        return (
            (event.kind in self.kinds if self.kinds else is_confirmed(event))
            and (not self.agencies or self._names(event))
            and (not self.findings or self._found(event))
            and (self.jump is None or self.jump.is_in(event))
            and (not self.portals or event.portal in self.portals)
            and (not self.regions or (region is not None and region.startswith(self.regions)))
            and (self.since is None or event.at.astimezone(UTC).date() >= self.since)
        )

    def _names(self, event: Event) -> bool:
        name, agency_id = str(event.details.get("agency") or ""), event.details.get("agency_id")
        return any(word == agency_id or word in name for word in self.agencies)

    def _found(self, event: Event) -> bool:
        findings = event.details.get("findings")
        return any(
            finding.get("code") in self.findings or finding.get("severity") in self.findings
            for finding in (findings if isinstance(findings, list) else ())
            if isinstance(finding, dict)
        )


def is_confirmed(event: Event) -> bool:
    """Is it sure enough for somebody who did not ask for it by name?

    A report that disappeared is told when it is confirmed as withdrawn, and its return only if that was.
    """
    if event.kind is EventKind.REAPPEARED:
        return event.details.get("was_withdrawn") is not False
    return event.kind is not EventKind.DISAPPEARED


class Subscriptions(_Strict):
    """The whole file. Without one there are neither feeds nor deliveries."""

    feeds: Feeds | None = None
    subscriptions: tuple[Subscription, ...] = ()

    @field_validator("subscriptions")
    @classmethod
    def _distinct(cls, subscriptions: tuple[Subscription, ...]) -> tuple[Subscription, ...]:
        names = [s.name for s in subscriptions]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise ValueError(f"two subscriptions are called {', '.join(twice)}; names must differ")
        return subscriptions


def load_subscriptions(path: Path | None, environment: Mapping[str, str] = os.environ) -> Subscriptions:
    """The subscriptions of a file; none when there is no path. InvalidSubscriptions says file, line, what to do."""
    if path is None:
        return Subscriptions()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InvalidSubscriptions(f"{path}: cannot be read ({reason}); mend it or unset GONGKAI_ALERTS") from error
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        plain = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidSubscriptions(f"{path}{_mark(error)}: is no YAML ({_problem(error)}); mend it") from None
    if plain is None:
        return Subscriptions()
    _fill_in(plain, environment, path, root)
    try:
        return Subscriptions.model_validate(plain)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "the whole"
        line = _line(root, first["loc"])
        told = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            told = "there is no such setting; see docs/alerts.md"
    # Outside the except clause: the pydantic error holds the input, and so the secrets, in its traceback.
    raise InvalidSubscriptions(f"{path}, line {line}: {where}: {told}")


def _names_a_host(url: str) -> bool:
    # What urlsplit says of a bad address repeats pieces of it, which may be secrets.
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _fill_in(plain: object, environment: Mapping[str, str], path: Path, root: yaml.Node | None) -> None:
    """Replace `${NAME}` in every `to` and `secret`, in place."""
    found = plain.get("subscriptions") if isinstance(plain, dict) else None
    for position, one in enumerate(found if isinstance(found, list) else []):
        for name in SECRETS:
            if not (isinstance(one, dict) and isinstance(one.get(name), str)):
                continue
            missing = [n for n in _VARIABLE.findall(one[name]) if not environment.get(n)]
            if missing:
                line = _line(root, ("subscriptions", position, name))
                raise InvalidSubscriptions(
                    f"{path}, line {line}: the environment has no {', '.join(missing)}; set it before you start gongkai"
                )
            one[name] = _VARIABLE.sub(lambda match: environment[match[1]], one[name])


def _line(node: yaml.Node | None, steps: Sequence[int | str]) -> int:
    """Line, from 1, of the deepest node on the way that is there."""
    line = node.start_mark.line if node else 0
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            pair = (node.value[step], node.value[step])
        else:
            pair = None
        if pair is None:
            break
        line, node = pair[0].start_mark.line, pair[1]
    return line + 1


def _mark(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}" if mark else ""


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or "it breaks off")
