"""One password for a private installation: a signed cookie for people, the password itself for programs."""

import hashlib
import hmac
import secrets
import time

COOKIE = "gongkai"
DAYS = 14


class Login:
    """Signs with a key made of the password: another password ends every login, and several processes agree."""

    def __init__(self, password: str) -> None:
        self._password = password.encode()
        self._key = hashlib.scrypt(self._password, salt=b"gongkai explorer", n=2**14, r=8, p=1, dklen=32)

    def is_password(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._password)

    def cookie(self) -> str:
        """A value that holds for two weeks."""
        return self.signed(f"{int(time.time()) + DAYS * 86400}.{secrets.token_hex(4)}")

    def holds(self, cookie: str | None) -> bool:
        told = self.told(cookie or "")
        return told is not None and int(told.partition(".")[0]) > time.time()

    def signed(self, text: str) -> str:
        return f"{text}.{hmac.new(self._key, text.encode(), 'sha256').hexdigest()}"

    def told(self, signed: str) -> str | None:
        """The text that was signed; None when it was not by us."""
        text, _, mark = signed.rpartition(".")
        good = hmac.new(self._key, text.encode(), "sha256").hexdigest()
        return text if text and hmac.compare_digest(good.encode(), mark.encode()) else None

    def pass_for(self, path: str) -> str:
        """Lets a frame read one original for an hour: that origin gets no cookies."""
        return self.signed(f"{int(time.time()) + 3600}.{hashlib.sha256(path.encode()).hexdigest()[:16]}")

    def lets(self, path: str, given: str) -> bool:
        told = self.told(given)
        if told is None:
            return False
        until, _, digest = told.partition(".")
        return int(until) > time.time() and digest == hashlib.sha256(path.encode()).hexdigest()[:16]
