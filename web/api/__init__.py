"""The read-only interface for programs, version 1."""

from .app import create_api

__all__ = ["create_api"]
