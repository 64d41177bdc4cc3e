"""The archive in an S3 bucket, at Amazon or on any server that speaks the protocol.

Writes are create-only by `If-None-Match: *` and carry a SHA-256 that the server checks. botocore retries with back-off;
when the answer to a write is lost for good, what lies under the key decides whether it was written.
"""

import base64
import hashlib
import random
import time
from collections.abc import Iterator
from typing import Any, NoReturn

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    ResponseStreamingError,
)

from model.errors import GongkaiError, InvalidStore, ObjectMissing, StorageUnavailable, StoreNotWritable
from storage.objects import checked_key, replaceable_key
from storage.s3_protection import Protection, protect
from storage.settings import StorageSettings

CUT_SHORT = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
MISSING = {"NoSuchKey", "404", "NotFound"}
TAKEN = {"PreconditionFailed", "412"}
CONFLICT = {"ConditionalRequestConflict", "OperationAborted", "409"}
DENIED = {"AccessDenied", "403", "Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"}
UNDECIDED = {"NotImplemented", "501"}
NO_BUCKET = {"NoSuchBucket"}


class S3Bucket:
    """ObjectStore in a bucket, under a prefix; safe to use from many threads."""

    def __init__(self, client: Any, bucket: str, prefix: str, where: str, settings: StorageSettings) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{checked_key(prefix)}/" if prefix else ""
        self._where = where
        self._attempts = settings.s3_attempts
        self._conditional = settings.s3_conditional

    @classmethod
    def connect(
        cls, bucket: str, prefix: str, settings: StorageSettings, *, endpoint: str | None, region: str | None
    ) -> "S3Bucket":
        """A bucket by name; credentials come by boto3's usual chain. Nothing is asked of the server yet."""
        config = Config(
            retries={"mode": "standard", "max_attempts": settings.s3_attempts},
            connect_timeout=settings.s3_connect_seconds,
            read_timeout=settings.s3_read_seconds,
            max_pool_connections=settings.s3_connections,
            s3={"addressing_style": "path" if endpoint else "auto"},
            user_agent_extra="gongkai",
            **({"signature_version": UNSIGNED} if settings.s3_anonymous else {}),
        )
        where = f"s3://{bucket}/{prefix}" + (f" at {endpoint}" if endpoint else "")
        try:
            session = boto3.session.Session()
            region = region or session.region_name or ("us-east-1" if endpoint else None)
            client = session.client("s3", endpoint_url=endpoint, region_name=region, config=config)
        except (BotoCoreError, ValueError) as error:
            raise InvalidStore(f"{where} is not usable ({error}); mend the address or the AWS settings") from error
        return cls(client, bucket, prefix, where, settings)

    def describe(self) -> str:
        return f"bucket {self._where}"

    def create(self, key: str, content: bytes, *, content_type: str | None = None) -> bool:
        if not self._conditional and self.exists(key):
            return False
        condition = {"IfNoneMatch": "*"} if self._conditional else {}
        for attempt in range(self._attempts):
            try:
                self._put(key, content, content_type, condition)
            except ClientError as error:
                code, retries = _code(error), error.response["ResponseMetadata"].get("RetryAttempts", 0)
                if code in TAKEN:
                    # A retry may have met what its own first try had written before the answer got lost.
                    return bool(retries or attempt) and self._holds(key, content)
                if code in CONFLICT:
                    time.sleep(random.uniform(0, 0.05 * 2 ** min(attempt, 6)))
                    continue
                return self._settle(key, content, error)
            except HTTPClientError as error:
                return self._settle(key, content, error)
            except BotoCoreError as error:
                self._fail(error, key, writing=True)
            return True
        raise StorageUnavailable(f"{self.describe()}: writers got in each other's way at {key}; start again")

    def replace(self, key: str, content: bytes, *, content_type: str | None = None) -> None:
        try:
            self._put(replaceable_key(key), content, content_type, {})
        except (ClientError, BotoCoreError) as error:
            self._fail(error, key, writing=True)

    def delete(self, key: str) -> None:
        try:
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + replaceable_key(key))
        except (ClientError, BotoCoreError) as error:
            self._fail(error, key, writing=True)

    def read(self, key: str) -> bytes:
        name = self._prefix + checked_key(key)
        for attempt in range(self._attempts):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=name, ChecksumMode="ENABLED")
                content: bytes = answer["Body"].read()
                return content
            except CUT_SHORT as error:
                if attempt == self._attempts - 1:
                    self._fail(error, key)
            except (ClientError, BotoCoreError) as error:
                self._fail(error, key)
        raise AssertionError("the last attempt returns or raises")

    def exists(self, key: str) -> bool:
        try:
            self.size(key)
        except ObjectMissing:
            return False
        return True

    def size(self, key: str) -> int:
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=self._prefix + checked_key(key))
        except (ClientError, BotoCoreError) as error:
            self._fail(error, key)
        return int(head["ContentLength"])

    def list(self, prefix: str, start_after: str | None = None) -> Iterator[str]:
        return (key for key, _ in self._entries(prefix, start_after))

    def sizes(self, prefix: str) -> Iterator[tuple[str, int]]:
        return self._entries(prefix, None)

    def _entries(self, prefix: str, start_after: str | None) -> Iterator[tuple[str, int]]:
        after = {"StartAfter": self._prefix + start_after} if start_after else {}
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix, **after
        )
        try:
            for page in pages:
                for entry in page.get("Contents", []):
                    yield entry["Key"].removeprefix(self._prefix), int(entry.get("Size", 0))
        except (ClientError, BotoCoreError) as error:
            self._fail(error, prefix)

    def protect(self, *, create: bool = False, versioning: bool = False, lock_days: int | None = None) -> Protection:
        """Set up what the bucket itself does against loss; InvalidStore says what this server can't do."""
        return protect(
            self._client, self._bucket, self.describe(), create=create, versioning=versioning, lock_days=lock_days
        )

    def refuses_wrong_checksum(self, key: str) -> bool:
        """Does the server notice a body that is not the one of its checksum? Writes nothing if so."""
        wrong = base64.b64encode(hashlib.sha256(b"another body").digest()).decode()
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=self._prefix + replaceable_key(key), Body=b"body", ChecksumSHA256=wrong
            )
        except ClientError as error:
            if _code(error) in DENIED | NO_BUCKET:
                self._fail(error, key, writing=True)
            return True
        except BotoCoreError as error:
            self._fail(error, key, writing=True)
        return False

    def _put(self, key: str, content: bytes, content_type: str | None, condition: dict[str, str]) -> None:
        checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
        kind = {"ContentType": content_type} if content_type else {}
        self._client.put_object(
            Bucket=self._bucket,
            Key=self._prefix + checked_key(key),
            Body=content,
            # Named as well, because buckets with Object Lock insist on it.
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=checksum,
            **kind,
            **condition,
        )

    def _settle(self, key: str, content: bytes, error: ClientError | HTTPClientError) -> bool:
        """After a failure that may have come after the writing: True when our bytes lie there, False when others do."""
        explained = self._explained(error, key, writing=True)
        if not isinstance(explained, StorageUnavailable):
            raise explained from error
        try:
            return self._holds(key, content)
        except ObjectMissing:
            raise explained from error

    def _holds(self, key: str, content: bytes) -> bool:
        return self.read(key) == content

    def _fail(self, error: ClientError | BotoCoreError, key: str, *, writing: bool = False) -> NoReturn:
        raise self._explained(error, key, writing=writing) from error

    def _explained(self, error: ClientError | BotoCoreError, key: str, *, writing: bool) -> GongkaiError:
        where = self.describe()
        if isinstance(error, NoCredentialsError | PartialCredentialsError | ProfileNotFound):
            return InvalidStore(f"{where}: no AWS credentials found; set AWS_ACCESS_KEY_ID and its secret")
        code = _code(error) if isinstance(error, ClientError) else type(error).__name__
        if code in MISSING:
            return ObjectMissing(f"{where} has no object {key}; restore it from a copy of the archive")
        if code in NO_BUCKET:
            return InvalidStore(f"{where}: there is no such bucket; create it or mend the address")
        if code in DENIED:
            kind = StoreNotWritable if writing else InvalidStore
            return kind(f"{where} refuses object {key} ({code}); check the credentials and their policy")
        if code in UNDECIDED:
            return InvalidStore(f"{where} does not know a request that the archive needs ({code}); try `gongkai init`")
        return StorageUnavailable(f"{where} did not answer for {key} ({code}); nothing kept is lost, start again later")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
