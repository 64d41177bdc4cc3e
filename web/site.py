"""What all pages share: the library, the templates, addresses and language of a request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from model.divisions import all_divisions, divisions, full_name
from model.forms_printed import in_reading_order
from web.drawing import Drawing
from web.guarding import Rate
from web.library import Library
from web.login import Login
from web.pages.form_view import number
from web.settings import WebSettings
from web.words import TAGS, Language, preferred, say, say_or


def place_name(code: str) -> str | None:
    """The name of a division code or its beginning: `32` is 江苏省. Codes that ended keep their last name."""
    whole = code.ljust(6, "0")
    if found := divisions().get(whole):
        return found
    past = [d.name for d in all_divisions() if d.code == whole]
    return past[-1] if past else None


PLACES = (
    (re.compile(r"table (?P<table>\d+), row (?P<row>\d+), column (?P<column>\d+)$"), "where_cell"),
    (re.compile(r"sheet (?P<sheet>.*), cell (?P<cell>[A-Z]+\d+)$", re.DOTALL), "where_sheet"),
    (re.compile(r"page (?P<page>\d+), box [-\d ]+$"), "where_page"),
    (re.compile(r"^attachment (?P<n>\d+), "), "where_attachment"),
)


@dataclass
class Asking:
    """One request as a template sees it."""

    site: "Site"
    request: Request
    lang: Language
    explicit: bool

    def t(self, key: str, **facts: object) -> str:
        return say(self.lang, key, **facts)

    def word(self, kind: str, value: object) -> str:
        """The word for a value of a closed list; the value itself where there is none."""
        return say_or(self.lang, f"{kind}_{value if value is not None else ''}", str(value))

    def where(self, place: str) -> str:
        """`table 2, row 5, column 3` or `page 3, box …` in the reader's language; other places as they are."""
        for pattern, key in PLACES:
            if found := pattern.search(place):
                place = place[: found.start()] + self.t(key, **found.groupdict()) + place[found.end() :]
        return place

    def link(self, path: str, **asked: object) -> str:
        """An address of ours; the language goes along where it was chosen."""
        pairs = [
            (key.rstrip("_"), str(one))
            for key, value in asked.items()
            for one in (value if isinstance(value, (list, tuple)) else (value,))
            if one is not None and one != ""
        ]
        if self.explicit:
            pairs.append(("lang", self.lang))
        return quote(path) + (f"?{urlencode(pairs)}" if pairs else "")

    def again(self, **changed: object) -> str:
        """This page with some of what was asked changed; None takes something away."""
        pairs = [
            (k, v)
            for k, v in self.request.query_params.multi_items()
            if k not in changed and k not in ("after", "part")
        ]
        for key, value in changed.items():
            pairs += [(key, str(v)) for v in (value if isinstance(value, (list, tuple)) else (value,)) if v is not None]
        return self.request.url.path + (f"?{urlencode(pairs)}" if pairs else "")

    def toggled(self, key: str, value: str) -> str:
        """This page with a value chosen, or no longer chosen."""
        held = self.request.query_params.getlist(key)
        return self.again(**{key: [v for v in held if v != value] if value in held else [*held, value]})

    def in_other_language(self) -> str:
        return self.again(lang="en" if self.lang == "zh" else "zh")

    @property
    def base(self) -> str:
        """Scheme and host of this site, without a slash at the end."""
        return (self.site.settings.url or str(self.request.base_url)).rstrip("/")

    @property
    def originals(self) -> str:
        return self.site.originals_origin(self.request)


@dataclass
class Site:
    """One installation. `originals_port`: where the originals are served when no address is set for them."""

    library: Library
    settings: WebSettings
    originals_port: int
    errata: bool
    login: Login | None = None
    drawing: Drawing | None = None
    rate: Rate = field(init=False)
    errata_rate: Rate = field(init=False)

    def __post_init__(self) -> None:
        self.rate = Rate(self.settings.requests_per_minute, 60)
        self.errata_rate = Rate(self.settings.errata_per_hour, 3600)

    def asking(self, request: Request) -> Asking:
        asked = request.query_params.get("lang")
        return Asking(
            self, request, preferred(asked, request.headers.get("accept-language", "")), asked in ("zh", "en")
        )

    def originals_origin(self, request: Request) -> str:
        """Of the application that shows originals; never the origin of the pages."""
        if self.settings.originals_url:
            return self.settings.originals_url.rstrip("/")
        return f"{request.url.scheme}://{request.url.hostname or 'localhost'}:{self.originals_port}"

    def page(self, request: Request, template: str, code: int = 200, **facts: Any) -> HTMLResponse:
        asking = self.asking(request)
        text = self._templates.get_template(template).render(
            ask=asking, t=asking.t, word=asking.word, link=asking.link, lang=TAGS[asking.lang], site=self, **facts
        )
        return HTMLResponse(text, code)

    @cached_property
    def _templates(self) -> Environment:
        environment = Environment(
            loader=PackageLoader("web"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        environment.filters |= {"number": number, "in_reading_order": in_reading_order}
        environment.globals.update(place_name=place_name, full_name=full_name, asset=self.asset)
        return environment

    def portal_title(self, name: str) -> str:
        """What a portal is called, for people; its id where no file of this installation names it."""
        known = self.library.registry.get(name)
        return known.title if known else name

    def asset(self, name: str) -> str:
        """A file of ours with its digest, so that it may be kept for ever."""
        return f"/static/{name}?{self._assets[name]}"

    @cached_property
    def _assets(self) -> Mapping[str, str]:
        folder = resources.files("web") / "static"
        return {f.name: sha256(f.read_bytes()).hexdigest()[:12] for f in folder.iterdir() if f.is_file()}
