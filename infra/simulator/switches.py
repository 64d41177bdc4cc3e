"""The behaviours of a virtual host that can be turned while it runs."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Protection = Literal[
    "none", "ruishu", "jiasule", "aliyun", "aliyun_script", "slider",
    "plain_412", "plain_202", "plain_405", "plain_403",
]  # fmt: skip
"""Challenge pages with two signals each, and four innocent answers that share a status with one of them."""


class Switches(BaseModel):
    """Everything is off by default: a plain, healthy, polite site without robots.txt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    robots: Literal["absent", "allow", "disallow", "403", "500", "html"] = "absent"
    gzip: bool = True
    validators: bool = True
    """ETag and Last-Modified on pages that are files (not on answers of programs)."""
    charset_header: bool = True
    """Whether Content-Type names a charset at all."""
    gone: Literal["404", "410", "redirect_home", "text", "shell"] = "404"
    """How pages that do not exist (any more) are answered."""

    protection: Protection = "none"
    throttle_after: Annotated[int, Field(ge=0)] | None = None
    """Number of answers after which the host throttles, counted from the moment of switching."""
    throttle_with: Literal["429", "503", "400", "home"] = "429"
    retry_after_seconds: Annotated[int, Field(ge=0)] | None = 2

    slow_seconds: Annotated[float, Field(ge=0)] = 0.0
    drip_seconds: Annotated[float, Field(ge=0)] = 0.0
    sent_share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of each body that is sent before the connection closes."""
    reset: bool = False
    faults_on: str = "/"
    """Path prefix that protection, throttling, slowness, cuts and resets apply to (robots.txt excepted)."""

    startrecord_ignored: bool = True
    """hanweb: the data endpoint looks at `page` only."""
    perpage_cap: Annotated[int, Field(ge=1)] = 100
    embedded_pages: Annotated[int, Field(ge=1)] = 3
    """hanweb: display pages whose rows are embedded in page 1."""
    opaque_nextgroup: bool = False
    """hanweb: the parameters of `nextgroup` are unreadable and only accepted as they are."""
    nextgroup: bool = True
    """hanweb: whether the data names its next request at all."""
    webname_checked: bool = False
    """hanweb: rows are given only to who sends the site's name, encoded as UTF-8."""
    referer_required: bool = True
    """unitbuild: 403 for requests that do not come from a page."""
    largest_page: Annotated[int, Field(ge=1)] = 50
    """truecms: asked for more rows at once, the program gives none."""
    endpoint_dead: bool = False
    """truecms: the program is gone, and the first rows stand hidden in the page."""
    first_index: Literal[0, 1] = 0
    """epoint: the number of the first page."""
    params_wrapped: bool = False
    """epoint: the question is only looked at inside `{"params": …}`."""
