"""Mail, Slack and all else that Apprise can reach."""

import re
from datetime import timedelta

from .addresses import apprise, plugin_of
from .quiet import no_secrets_in_logs, within
from .sending import Delivery, DeliveryFailed, DeliveryRefused, Reason, judge_status

TIMEOUT = timedelta(seconds=60)

# Failed to send JSON notification: Unauthorized, error=401.
_STATUS = re.compile(r"error=(\d{3})\b")


class AppriseSender:
    """Sends through Apprise, which answers yes or no only; why not is read from what it logs."""

    def __init__(self, url: str, timeout: timedelta = TIMEOUT) -> None:
        self._url = url
        self._timeout = timeout

    def send(self, delivery: Delivery) -> None:
        sent, lines = within(self._timeout, lambda: self._notify(delivery))
        if sent:
            return
        statuses = [int(found[1]) for line in lines if (found := _STATUS.search(line))]
        if statuses:
            judge_status(statuses[-1], None, delivery.now)
        raise DeliveryFailed("was not reached through Apprise, which does not say why", Reason.UNCLEAR)

    def _notify(self, delivery: Delivery) -> tuple[bool, list[str]]:
        plugin = plugin_of(self._url)
        if plugin is None:
            raise DeliveryRefused("is no address that Apprise understands")
        service = apprise().Apprise()
        service.add(plugin)
        with no_secrets_in_logs() as lines:
            sent = service.notify(title=delivery.message.title, body=delivery.body, body_format="text")
        return bool(sent), lines
