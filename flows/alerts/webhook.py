"""Our own webhook: one POST of JSON for each event."""

from datetime import timedelta

import httpx

from model.canonical import canonical_json

from .quiet import no_secrets_in_logs, within
from .sending import Delivery, DeliveryFailed, DeliveryRefused, Reason, judge_status

TIMEOUT = timedelta(seconds=15)


class Webhook:
    """POSTs `{"schema_version": "1", "event": {…}, "title": …, "text": …}` with the header `Idempotency-Key`.

    Any 2xx is a confirmation; the body of the answer is not read and redirects are not followed.
    """

    def __init__(self, url: str, timeout: timedelta = TIMEOUT) -> None:
        self._url = url
        self._timeout = timeout

    def send(self, delivery: Delivery) -> None:
        status, retry_after = within(self._timeout, lambda: self._post(delivery))
        judge_status(status, retry_after, delivery.now)

    def _post(self, delivery: Delivery) -> tuple[int, str | None]:
        content = canonical_json(
            {
                "schema_version": "1",
                "event": delivery.event.model_dump(mode="json"),
                "title": delivery.message.title,
                "text": delivery.message.text,
            }
        )
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": delivery.key,
            "User-Agent": "gongkai",
        }
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
