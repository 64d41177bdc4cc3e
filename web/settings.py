"""What an operator may set about the explorer: environment variables `GONGKAI_WEB_…`, or `[web]` in `gongkai.toml`."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from storage.configuration import DOTENV, Configured


class WebSettings(Configured):
    """Built at the entry point and passed in."""

    model_config = SettingsConfigDict(env_prefix="GONGKAI_WEB_", env_file=DOTENV, extra="ignore")

    title: str = Field("gongkai 公开", description="Name of this installation, in every page's title")
    url: str | None = Field(None, description="Where readers find it, for feeds and citations; none: as they asked")
    originals_url: str | None = Field(
        None, description="Public address of the originals; another host or port than the pages. None: the other port"
    )
    hosts: tuple[str, ...] = Field(
        ("localhost", "127.0.0.1", "[::1]"), description="Names under which it answers; a JSON list, ['*'] for any"
    )
    password: SecretStr | None = Field(None, description="Asked of every reader of a private installation")
    errata: bool | None = Field(
        None, description="May readers report wrong cells? None: where the store can be written"
    )
    refresh_seconds: float = Field(60.0, ge=0, description="How often the catalogue takes in what is new; 0: never")
    requests_per_minute: int = Field(600, ge=1, description="To the API, of one reader; then 429")
    errata_per_hour: int = Field(20, ge=1, description="Of one reader; and so many logins that fail")
    threads: int = Field(8, ge=1, description="Pages that are made at once")
