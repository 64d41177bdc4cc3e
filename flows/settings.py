"""Settings of a run, from the environment (`GONGKAI_…`), a `.env` file or `gongkai.toml`; built at the entry point and
passed on."""

from pathlib import Path

from pydantic import Field

from model.portal import Limits
from storage.configuration import Configured
from storage.settings import StorageSettings


class Settings(Configured):
    """What an operator may set. Every field is `GONGKAI_` and its name in capitals."""

    store: str = Field("./archive", description="The archive: a folder, or s3://bucket/prefix")
    contact: str | None = Field(None, description="Mail address or page that tells a webmaster who is asking")
    vantage: str = Field("unknown", description="From where we look, for example 'Berlin, university network'")
    portals: Path | None = Field(None, description="A folder of portal files instead of those that ship with gongkai")
    alerts: Path | None = Field(None, description="The file of subscriptions (alerts.yml)")
    browser: Path | None = Field(None, description="Chromium for portals that need one")
    screenshots: bool = Field(False, description="Keep a picture of every page that a browser had to render")
    shard_hosts: int = Field(50, ge=1, description="Hosts that one crawl process looks after")
    delay: float = Field(0.0, ge=0, description="Seconds between two requests to a host, at least, for every portal")
    daily_requests: int | None = Field(None, ge=1, description="Requests to one host in a day, at most")
    window: str | None = Field(
        None, pattern=r"^\d\d:\d\d-\d\d:\d\d$", description="Hours of Asia/Shanghai to ask in, as 08:00-22:00"
    )
    timeout: float = Field(60.0, gt=0, description="Seconds for one answer; an attachment has three times as many")
    host_wait: float = Field(600.0, ge=0, description="Seconds to wait for a host that another crawl is at")
    metrics: Path | None = Field(None, description="File for node_exporter's textfile collector, after each run")
    otel_endpoint: str | None = Field(
        None,
        pattern="^https?://[^/@]+(/[^@]*)?$",  # a password would be shown; it belongs into OTEL_EXPORTER_OTLP_HEADERS
        description="OpenTelemetry collector for spans, as http://127.0.0.1:4318",
    )
    signing_key: Path | None = Field(None, description="The operator's private key, which signs the daily manifests")
    public_url: str | None = Field(None, description="Address of the explorer, for permalinks")
    storage: StorageSettings = Field(default_factory=StorageSettings)

    @property
    def limits(self) -> Limits:
        """What holds for all portals beside their own politeness."""
        return Limits.model_validate(
            {
                "delay": self.delay,
                "daily_requests": self.daily_requests,
                "window": self.window.split("-") if self.window else None,
                "timeout": self.timeout,
            }
        )
