"""What an operator has set: are the settings known, and the files that they name usable?"""

import os
from pathlib import Path

from model.errors import GongkaiError
from spiders.hosts import is_loopback
from spiders.portal_files import load_portals

from ..alerts import load_subscriptions
from ..configuration import unknown_settings
from ..settings import Settings
from .check import Check


def check_configuration() -> Check:
    """Misspelt settings do nothing, silently: they are named."""
    try:
        unknown = unknown_settings()
    except GongkaiError as error:
        return Check("configuration", "broken", f"{error}.")
    if unknown:
        seen = f"no setting of gongkai is called {', '.join(unknown)}."
        return Check("configuration", "broken", seen, "Correct the name (`gongkai config show --all`) or take it away.")
    return Check("configuration", "good", "every setting is known.")


def check_contact(settings: Settings) -> Check:
    if settings.contact:
        return Check("contact", "good", f"webmasters read {settings.contact}.")
    try:
        portals = load_portals(settings.portals)
    except GongkaiError:
        return Check("contact", "not checked", "the portals can't be read.")
    public = {host for portal in portals.values() for host in portal.start_hosts if not is_loopback(host)}
    if not public:
        return Check("contact", "good", "none is set, and no portal needs one.")
    mend = "Set GONGKAI_CONTACT to a mail address or a page that says who is asking."
    return Check("contact", "broken", f"none is set, so {len(public)} public hosts will not be asked.", mend)


def check_portals(settings: Settings) -> Check:
    where = str(settings.portals or "the portals that ship with gongkai")
    if settings.portals is not None and not settings.portals.is_dir():
        return Check("portals", "broken", f"{where} is no folder.", "Make it, or correct GONGKAI_PORTALS.")
    try:
        portals = load_portals(settings.portals)
    except GongkaiError as error:
        return Check("portals", "broken", f"{error}.")
    if not portals:
        return Check("portals", "broken", f"{where} holds no portal file.", "Write one with `gongkai portals new`.")
    return Check("portals", "good", f"{len(portals)} in {where}.")


def check_alerts(settings: Settings) -> Check:
    if settings.alerts is None:
        return Check("alerts", "not checked", "no file of subscriptions is set (GONGKAI_ALERTS); nobody is told.")
    try:
        subscriptions = load_subscriptions(settings.alerts)
    except GongkaiError as error:
        return Check("alerts", "broken", f"{error}.")
    if (feeds := subscriptions.feeds) is not None and not writable(Path(feeds.folder)):
        return Check("alerts", "broken", f"feeds can't be written to {feeds.folder}.", "Give this user the folder.")
    return Check("alerts", "good", f"{len(subscriptions.subscriptions)} subscriptions in {settings.alerts}.")


def check_signing_key(settings: Settings) -> Check:
    """A private key that others can read signs for them too."""
    if settings.signing_key is None:
        return Check("signing key", "not checked", "none is set (GONGKAI_SIGNING_KEY); manifests are not signed.")
    path = settings.signing_key.expanduser()
    try:
        from storage.signing import load_signer

        load_signer(path)
        open_to = path.stat().st_mode & 0o077
    except (GongkaiError, OSError) as error:
        return Check("signing key", "broken", f"{error}.", "Correct GONGKAI_SIGNING_KEY, or `gongkai keys new`.")
    if open_to:
        return Check("signing key", "broken", f"{path} can be read by others.", f"Run: chmod 600 {path}")
    return Check("signing key", "good", f"{path}, for its owner only.")


def writable(folder: Path) -> bool:
    """May this user write there, or make it where it is to be?"""
    there = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
