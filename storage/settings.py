"""What an operator may set about the store; built at the entry point and passed in."""

from pydantic import Field

from storage.configuration import Configured


class StorageSettings(Configured):
    """Variables with the prefix `GONGKAI_`, or keys of `gongkai.toml`. Credentials are not among them: boto3's usual
    chain finds those (`AWS_ACCESS_KEY_ID`, profiles, instance roles)."""

    store: str = Field(
        "file:./archive", description="Address of the archive: file:FOLDER, a path, or s3://bucket/prefix"
    )
    s3_endpoint: str | None = Field(None, description="Address of an S3 server that is not Amazon's")
    s3_region: str | None = Field(None, description="Region; without one the usual AWS settings decide")
    s3_attempts: int = Field(8, ge=1, le=50, description="How often one call is tried before it is given up")
    s3_connect_seconds: float = Field(10.0, gt=0)
    s3_read_seconds: float = Field(60.0, gt=0)
    s3_connections: int = Field(32, ge=1, description="Connections kept open to the server")
    s3_conditional: bool = Field(
        True, description="Off for a server that ignores If-None-Match; then only one writer may use the archive"
    )
    s3_anonymous: bool = Field(False, description="Read a bucket that is open to all, without credentials")
    fsync: bool = Field(True, description="Off only where nothing has to survive a power failure, as in a demo")
    cache: str = Field("~/.cache/gongkai", description="Folder for the disposable catalogue of a remote archive")
