"""What is installed: packages within their pins, a browser that starts, a Prefect server that answers."""

import subprocess
from collections import defaultdict
from importlib import metadata, util
from pathlib import Path

from ..settings import Settings
from .check import Check, State

BROWSER_SECONDS = 60.0
SERVER_SECONDS = 10.0
EXTRAS = {
    "collect": "collecting",
    "browser": "portals that need a browser",
    "web": "the explorer",
    "ocr": "scans and pictures",
    "dask": "reading a large archive anew on many machines",
    "otel": "spans for an OpenTelemetry collector",
}
NEEDED = "collect"


def check_extras() -> list[Check]:
    """Each extra: are its packages here, and of versions that are known to work together?"""
    if util.find_spec("packaging") is None:
        return [Check("packages", "broken", "the collector is not installed.", "Run: pip install 'gongkai[collect]'")]
    from packaging.requirements import Requirement

    try:
        wanted = [Requirement(line) for line in metadata.requires("gongkai") or ()]
    except metadata.PackageNotFoundError:
        return [Check("packages", "not checked", "gongkai runs from a folder and is not installed.")]
    missing, wrong = defaultdict(list), defaultdict(list)
    for one in wanted:
        for extra in EXTRAS:
            if one.marker is None or not one.marker.evaluate({"extra": extra}):
                continue
            try:
                version = metadata.version(one.name)
            except metadata.PackageNotFoundError:
                missing[extra].append(one.name)
                continue
            if not one.specifier.contains(version, prereleases=True):
                wrong[extra].append(f"{one.name} {version} (wanted {one.specifier})")
    return [_of_extra(extra, missing[extra], wrong[extra]) for extra in EXTRAS]


def _of_extra(extra: str, missing: list[str], wrong: list[str]) -> Check:
    name, mend = f"packages [{extra}]", f"Run: pip install 'gongkai[{extra}]'"
    if wrong:
        return Check(name, "broken", f"outside of their pins: {', '.join(wrong)}.", mend)
    if missing:
        state: State = "broken" if extra == NEEDED else "not checked"
        mend = mend if extra == NEEDED else f"For {EXTRAS[extra]}: pip install 'gongkai[{extra}]'"
        return Check(name, state, f"not installed: {', '.join(missing)}.", mend)
    return Check(name, "good", f"{EXTRAS[extra]}: all there.")


def check_browser(settings: Settings) -> Check:
    """Is there a Chromium, and does it say its version?"""
    from spiders.browser import BrowserMissing, find_chromium

    try:
        path = find_chromium(settings.browser)
        told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=BROWSER_SECONDS, check=True)
    except BrowserMissing as error:
        state: State = "broken" if settings.browser else "advice"
        return Check("browser", state, "portals that need one are left out.", str(error))
    except (OSError, subprocess.SubprocessError) as error:
        mend = "Install it anew (`playwright install --with-deps chromium`), or set GONGKAI_BROWSER to another."
        return Check("browser", "broken", f"{path} does not start ({type(error).__name__}).", mend)
    return Check("browser", "good", f"{told.stdout.strip()} ({path}).")


def check_prefect() -> list[Check]:
    """The server that PREFECT_API_URL names, and the folder in which Prefect keeps its own things."""
    if util.find_spec("prefect") is None:
        return [Check("Prefect", "broken", "it is not installed.", "Run: pip install 'gongkai[collect]'")]
    import httpx
    from prefect.settings import get_current_settings

    settings = get_current_settings()
    found = [_home(settings.home)]
    if settings.api.url is None:
        return [*found, Check("Prefect server", "not checked", "none is set (PREFECT_API_URL); runs need none.")]
    given = settings.api.auth_string
    name, _, password = given.get_secret_value().partition(":") if given else ("", "", "")
    address = httpx.URL(settings.api.url).copy_with(userinfo=b"")
    try:
        base = str(address).rstrip("/")
        login = httpx.BasicAuth(name, password) if given else None
        answer = httpx.get(f"{base}/admin/version", auth=login, timeout=SERVER_SECONDS)
    except httpx.HTTPError as error:
        mend = "Start it (`gongkai up`, or `prefect server start`), or correct PREFECT_API_URL."
        return [*found, Check("Prefect server", "broken", f"{address} does not answer ({type(error).__name__}).", mend)]
    if answer.status_code in (401, 403):
        mend = "Set PREFECT_API_AUTH_STRING to name:password."
        return [*found, Check("Prefect server", "broken", f"{address} wants a login that was not given.", mend)]
    if answer.status_code != 200:
        mend = "Correct PREFECT_API_URL, which ends in /api."
        return [*found, Check("Prefect server", "broken", f"{address} answers {answer.status_code}.", mend)]
    theirs, ours = answer.text.strip().strip('"'), metadata.version("prefect")
    if theirs.split(".")[:2] != ours.split(".")[:2]:
        mend = "Bring both to one version."
        return [*found, Check("Prefect server", "broken", f"{address} is {theirs}, this is {ours}.", mend)]
    return [*found, Check("Prefect server", "good", f"{address} answers; version {theirs}.")]


def _home(home: Path) -> Check:
    from .setup import writable

    if not writable(home):
        mend = "Give this user the folder, or set PREFECT_HOME to another."
        return Check("Prefect's folder", "broken", f"{home} can't be written.", mend)
    return Check("Prefect's folder", "good", f"{home} can be written.")
