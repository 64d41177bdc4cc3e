"""Apprise addresses: what Apprise makes of a URL, with nothing of it in any log."""

from datetime import timedelta
from functools import cache
from typing import Any

from .quiet import no_secrets_in_logs

CONNECT = timedelta(seconds=10)
READ = timedelta(seconds=20)


@cache
def apprise() -> Any:
    """Apprise, imported late: whoever has no such address need not wait for it."""
    import apprise as library

    return library


def plugin_of(url: str) -> Any | None:
    """The plugin that Apprise builds for a URL, or None when it understands none of it."""
    asset = apprise().AppriseAsset(
        app_id="gongkai", app_desc="gongkai", app_url="", async_mode=False, secure_logging=True, storage_mode="memory"
    )
    with no_secrets_in_logs():
        plugin = apprise().Apprise.instantiate(url, asset=asset)
    if plugin is None:
        return None
    plugin.socket_connect_timeout = CONNECT.total_seconds()
    plugin.socket_read_timeout = READ.total_seconds()
    plugin.redirects = False
    plugin.retry = 0
    return plugin


def known_to_apprise(url: str) -> bool:
    """Can Apprise deliver to this address?"""
    return plugin_of(url) is not None
