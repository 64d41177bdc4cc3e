"""Our own webhook: one POST of JSON for each event."""

import hashlib
import hmac
from datetime import datetime, timedelta

from model.canonical import canonical_json

from .quiet import no_secrets_in_logs, within
from .sending import Delivery, DeliveryFailed, DeliveryRefused, Reason, judge_status

TIMEOUT = timedelta(seconds=15)


def signed(secret: str, content: bytes, now: datetime) -> dict[str, str]:
    """Headers that prove who sent these bytes and when: HMAC-SHA256 over `<Unix time>.<body>`.

    The time is that of the attempt, so that a receiver can refuse what somebody else sends again later.
    """
    timestamp = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + content, hashlib.sha256).hexdigest()
    return {"Gongkai-Timestamp": timestamp, "Gongkai-Signature": f"sha256={digest}"}


class Webhook:
    """POSTs `{"schema_version": "1", "event": {…}, "title": …, "text": …}` with the header `Idempotency-Key`.

    A digest has `events`, a list, in the place of `event`. With a secret, the message is signed.

    Any 2xx is a confirmation; the body of the answer is not read and redirects are not followed.
    """

    def __init__(self, url: str, timeout: timedelta = TIMEOUT, *, secret: str | None = None) -> None:
        self._url = url
        self._timeout = timeout
        self._secret = secret

    def send(self, delivery: Delivery) -> None:
        status, retry_after = within(self._timeout, lambda: self._post(delivery))
        judge_status(status, retry_after, delivery.now)

    def _post(self, delivery: Delivery) -> tuple[int, str | None]:
        import httpx  # most commands send nothing, and need not load it

        events = [event.model_dump(mode="json") for event in delivery.events]
        told = {"events": events} if delivery.digest else {"event": events[0]}
        message = {"title": delivery.message.title, "text": delivery.message.text}
        content = canonical_json({"schema_version": "1", **told, **message})
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": delivery.key,
            "User-Agent": "gongkai",
        }
        if self._secret is not None:
            headers |= signed(self._secret, content, delivery.now)
        try:
            with (
                no_secrets_in_logs(),
                httpx.Client(timeout=self._timeout.total_seconds(), follow_redirects=False) as client,
                client.stream("POST", self._url, content=content, headers=headers) as answer,
            ):
                return answer.status_code, answer.headers.get("Retry-After")
        except httpx.TimeoutException:
            raise DeliveryFailed("did not answer in time", Reason.TIMEOUT) from None
        except httpx.TransportError:
            raise DeliveryFailed("could not be reached, or broke off", Reason.CONNECTION) from None
        except httpx.InvalidURL:
            raise DeliveryRefused("is no valid address") from None
