"""What a bucket itself does against loss: versioning keeps what is replaced or deleted, Object Lock forbids it.

Not every server can do either, and some say yes and do nothing, so each is asked for again after it was set.
"""

from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import Field

from model.capture import Record
from model.errors import InvalidStore, StorageUnavailable

MISSING_BUCKET = {"NoSuchBucket", "404", "NotFound"}


class Protection(Record):
    """What was set up, as the server answers now."""

    versioning: bool = False
    lock_days: int | None = Field(None, description="Governance mode: who may bypass it, can still delete")


def protect(
    client: Any, bucket: str, where: str, *, create: bool, versioning: bool, lock_days: int | None
) -> Protection:
    """Create the bucket if asked to, then set up versioning and Object Lock (governance), which needs versioning.

    InvalidStore says what the server can't do; what was set up before it stays.
    """
    if create:
        _create(client, bucket, where, lock=lock_days is not None)
    if versioning or lock_days is not None:
        _try(where, "versioning", lambda: _enable_versioning(client, bucket))
        if _versioning(client, bucket) != "Enabled":
            raise InvalidStore(f"{where} takes the request for versioning and does nothing: leave --versioning away")
    # Some servers let a lock be set on an empty bucket only; one that is set already is left alone.
    if lock_days is not None and _lock_days(client, bucket) != lock_days:
        _try(where, "Object Lock", lambda: _enable_lock(client, bucket, lock_days))
        if _lock_days(client, bucket) != lock_days:
            raise InvalidStore(f"{where} takes the request for Object Lock and does nothing: leave --object-lock away")
    return Protection(versioning=versioning or lock_days is not None, lock_days=lock_days)


def _create(client: Any, bucket: str, where: str, *, lock: bool) -> None:
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if _code(error) not in MISSING_BUCKET:
            told = f"{where}: the bucket can't be looked at ({_code(error)}); check the credentials"
            raise InvalidStore(told) from error
    else:
        return
    region = client.meta.region_name
    place: dict[str, Any] = {}
    if client.meta.endpoint_url.endswith("amazonaws.com") and region != "us-east-1":
        place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    enabled = {"ObjectLockEnabledForBucket": True} if lock else {}
    _try(where, "creating a bucket", lambda: client.create_bucket(Bucket=bucket, **enabled, **place))


def _enable_versioning(client: Any, bucket: str) -> None:
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def _versioning(client: Any, bucket: str) -> str | None:
    status: str | None = client.get_bucket_versioning(Bucket=bucket).get("Status")
    return status


def _enable_lock(client: Any, bucket: str, days: int) -> None:
    mode: Literal["GOVERNANCE"] = "GOVERNANCE"
    rule = {"DefaultRetention": {"Mode": mode, "Days": days}}
    client.put_object_lock_configuration(
        Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )


def _lock_days(client: Any, bucket: str) -> int | None:
    try:
        answer = client.get_object_lock_configuration(Bucket=bucket)
    except ClientError:
        return None
    days: int | None = answer.get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention", {}).get("Days")
    return days


def _try(where: str, what: str, ask: Any) -> None:
    try:
        ask()
    except ClientError as error:
        told = f"{_code(error)}: {error.response.get('Error', {}).get('Message', '')}".rstrip(": ")
        raise InvalidStore(
            f"{where} can't do {what} ({told}); leave it away, or take a server and credentials that can"
        ) from error
    except BotoCoreError as error:
        raise StorageUnavailable(f"{where} did not answer ({type(error).__name__}); try again later") from error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
