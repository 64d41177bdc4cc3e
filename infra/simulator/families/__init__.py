"""The products that portals are built with: how each lists its rows, turns its pages and names its articles."""

from typing import TYPE_CHECKING, Protocol

from infra.simulator.page import Page
from infra.simulator.publication import Publication
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal


class Family(Protocol):
    """One product. A family holds no state: all it needs is the portal."""

    def entry(self, config: SiteConfig) -> str:
        """Path of the first list page."""

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        """Path of an article, from its date and number."""

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        """A list page or an answer of the product's own programs; None when the path is none of them."""


def family_named(name: str) -> Family:
    """The family under its name in the site's YAML."""
    from infra.simulator.families import (
        epoint,
        eportal,
        gkmlpt,
        hanweb,
        hanweb_xxgk,
        hub,
        longsun,
        openness,
        rendered,
        static,
        sudy,
        trs,
        truecms,
        ucap,
        unitbuild,
        vsb,
    )

    families: dict[str, Family] = {
        "trs": trs.Trs(),
        "static": static.Static(),
        "hanweb": hanweb.Hanweb(),
        "rendered": rendered.Rendered(),
        "hub": hub.HubTree(),
        "hanweb_xxgk": hanweb_xxgk.HanwebXxgk(),
        "unitbuild": unitbuild.Unitbuild(),
        "truecms": truecms.Truecms(),
        "epoint": epoint.Epoint(),
        "ucap": ucap.Ucap(),
        "gkmlpt": gkmlpt.Gkmlpt(),
        "longsun": longsun.Longsun(),
        "vsb": vsb.Vsb(),
        "sudy": sudy.Sudy(),
        "eportal": eportal.Eportal(),
        "openness": openness.Openness(),
    }
    return families[name]
