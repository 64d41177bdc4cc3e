"""Releases: dated, immutable datasets of all that an archive has, `releases/<version>/…`."""

from .package import Release, caveats
from .release import Before, Step, next_version, publish, write_release

__all__ = ["Before", "Release", "Step", "caveats", "next_version", "publish", "write_release"]
