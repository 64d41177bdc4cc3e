"""Releases: dated, immutable datasets of all that an archive has, `releases/<version>/…`."""

from .package import Release, caveats
from .release import Before, next_version, publish, write_release

__all__ = ["Before", "Release", "caveats", "next_version", "publish", "write_release"]
