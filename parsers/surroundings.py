"""Whose site a page stands on: its tags, its footer, its address. For names that fit several regions."""

import re
from functools import lru_cache
from importlib import resources
from urllib.parse import urlsplit

import yaml

from model.agency_names import Surroundings, read_name
from model.divisions import WHOLE_COUNTRY, all_divisions, contains
from model.normal_text import squeeze
from parsers.page import Page

SITE_ID = re.compile(r"网站标识码[:：]?\s*(bm\d{8}|\d{10})(?!\d)", re.IGNORECASE)
SITE_NAME = re.compile(r"(?:政府)?(?:门户)?(?:网站|官网|网)$|-.*$|_.*$")
ADDRESS = re.compile(r"(?:办公|联系|通信|通讯)?地址[:：]([^,;。:]{4,40})")


@lru_cache(maxsize=1)
def _provinces() -> dict[str, str]:
    """Label under gov.cn to the code of the province (`model/portal_hosts.yml`)."""
    text = resources.files("model").joinpath("portal_hosts.yml").read_text(encoding="utf-8")
    return {label: code for code, labels in yaml.safe_load(text).items() for label in labels}


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Every code there ever was, to the one that stands for it today where that is known."""
    return {d.code: d.successor or d.code for d in all_divisions()}


def surroundings(page: Page, url: str | None, year: int | None) -> Surroundings:
    """The region whose site it is (site code, else site name), and one that holds it (host, else postal address).

    Site codes are copied with templates: where the host belongs to another province, the host is trusted.
    """
    host = _province_of(url)
    site = _site_code(page)
    if site and host and not (contains(host, site) or site == WHOLE_COUNTRY):
        site = None
    if site is None and page.site:
        name = SITE_NAME.sub("", squeeze(page.site)[:60])
        found = read_name(name, Surroundings(None, host), year).region
        site = found if found and (not host or contains(host, found)) else None
    return Surroundings(site, host or _address(page, year))


def _site_code(page: Page) -> str | None:
    code = page.site_code or ""
    if not code:
        found = next((m for line in reversed(page.lines[-40:]) if (m := SITE_ID.search(line[-400:]))), None)
        code = found[1] if found else ""
    if code.lower().startswith("bm"):
        return WHOLE_COUNTRY
    return _codes().get(code[:6]) if len(code) == 10 and code.isdecimal() else None


def _province_of(url: str | None) -> str | None:
    host = urlsplit(url).hostname if url and "://" in url else None
    labels = (host or "").split(".")
    return _provinces().get(labels[-3]) if labels[-2:] == ["gov", "cn"] and len(labels) > 2 else None


def _address(page: Page, year: int | None) -> str | None:
    text = squeeze("".join(page.lines[:25])[:3000])
    found = ADDRESS.search(text)
    return read_name(found[1], year=year).region if found else None
