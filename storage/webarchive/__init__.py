"""Exports as web archives (WARC, WACZ), and reading those of others."""

from .selection import Selection, Taken, taken
from .wacz_file import write_wacz
from .warc_file import WarcFile

__all__ = ["Selection", "Taken", "WarcFile", "taken", "write_wacz"]
