"""Examining an installation: each check says what it saw and, when something is wrong, how to mend it."""
