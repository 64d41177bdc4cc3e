"""What a reader sends with a request beside a question: forms, and the number of a version."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Query, Request

from web.refusals import Refused

Version = Annotated[int | None, Query(alias="v", ge=1, le=100_000)]
MOST_FORM = 20_000


async def form(request: Request) -> dict[str, str]:
    """The fields of a form (application/x-www-form-urlencoded), each once; Refused for anything larger or else."""
    held = bytearray()
    async for piece in request.stream():
        held += piece
        if len(held) > MOST_FORM:
            raise Refused(413, "The form is too large")
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Refused(400, "Send the form as a page would")
    fields = parse_qs(held.decode("utf-8", "replace"), max_num_fields=20)
    return {name: values[0].replace("\x00", "") for name, values in fields.items()}


def require_same_site(request: Request) -> None:
    """Refused for a form that another site's page sends in a reader's name."""
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none") or (
        origin is not None and origin.partition("://")[2] != host
    ):
        raise Refused(403, "The form was sent from another site")
