"""Families of content management systems: one module each, recognised by the page and never by its host."""

from spiders.families import (
    epoint,
    eportal,
    gkmlpt,
    hanweb,
    hanweb_xxgk,
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
from spiders.families.family import Family, never
from spiders.families.reading import Ask, Reading
from spiders.page import Page, remembered

__all__ = ["FAMILIES", "Ask", "Family", "Reading", "detect"]

# In the order in which marks are looked for: where two are equally sure of a page, the earlier one has it.
PRODUCTS = (
    hanweb.FAMILY,
    hanweb_xxgk.FAMILY,
    unitbuild.FAMILY,
    truecms.FAMILY,
    epoint.FAMILY,
    ucap.FAMILY,
    trs.FAMILY,
    gkmlpt.FAMILY,
    longsun.FAMILY,
    vsb.FAMILY,
    sudy.FAMILY,
    eportal.FAMILY,
    openness.FAMILY,
)
PLAIN = Family(static.NAME, marked=never)
FAMILIES: dict[str, Family] = {family.NAME: family for family in (*PRODUCTS, PLAIN, rendered.FAMILY)}


@remembered
def detect(page: Page) -> Family | None:
    """The family whose marks the page carries, else whose addresses; else any list of reports; None for nobody's."""
    marked = next((family for family in PRODUCTS if family.marked(page)), None)
    family = marked or next((family for family in PRODUCTS if family.hinted(page)), None)
    if family is None and static.is_list(page):
        return PLAIN
    return family
