"""What the explorer and its API read, in one place: both give the same answers."""

from .library import Library

__all__ = ["Library"]
