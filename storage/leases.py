"""Leases: who may do a thing alone for a while, such as crawl one host. `state/leases/<name>/<n>.json`.

Each claim is the next number, written by conditional create; the highest number holds. A lease that is neither renewed
nor released ends by its expiry, so a killed holder blocks nobody for long. Clocks of the machines must agree to well
within the time of a lease. One that would end later than LONGEST from now was given by a clock that went ahead, and
holds nobody.
"""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from model.capture import Record
from model.errors import ObjectMissing
from storage.memory import host_segment
from storage.records import Shelf, create_record, numbered, read_record

LONGEST = timedelta(days=1)
KEPT = 2  # older claims than the last two are cleared away


class Lease(Record):
    """One claim. `n` grows with every claim of the name; a higher one has superseded this."""

    name: str
    n: int
    owner: str
    expires_at: AwareDatetime
    released: bool = False
    taken_from: str | None = Field(None, description="Owner before, who never gave it back: it ended, or he is gone")


class Leases(Shelf):
    def acquire_lease(self, name: str, owner: str, now: datetime, seconds: float) -> Lease | None:
        """The lease, or None while somebody else (or this owner in another call) holds it. For a day at most."""
        if seconds > LONGEST.total_seconds():
            raise ValueError(f"a lease is given for {LONGEST} at most and renewed")
        held = self.lease(name)
        if held is not None and not held.released and now < held.expires_at <= now + LONGEST:
            return None
        expires, before = now + timedelta(seconds=seconds), held.owner if held and not held.released else None
        n = held.n + 1 if held else 1
        return self._claim(Lease(name=name, n=n, owner=owner, expires_at=expires, taken_from=before))

    def supersede_lease(self, lease: Lease, owner: str, now: datetime, seconds: float) -> Lease | None:
        """The lease of a holder who is known to be gone; None when somebody was quicker."""
        expires = now + timedelta(seconds=seconds)
        claim = Lease(name=lease.name, n=lease.n + 1, owner=owner, expires_at=expires, taken_from=lease.owner)
        return self._claim(claim)

    def renew_lease(self, lease: Lease, now: datetime, seconds: float) -> Lease | None:
        """The lease prolonged, or None when it has passed to somebody else and its holder must stop."""
        return self._claim(lease.model_copy(update={"n": lease.n + 1, "expires_at": now + timedelta(seconds=seconds)}))

    def release_lease(self, lease: Lease) -> None:
        """Give the lease back; harmless when it has passed on already."""
        self._claim(lease.model_copy(update={"n": lease.n + 1, "released": True}))

    def lease(self, name: str) -> Lease | None:
        """The last claim, whoever holds it and whether or not it has ended."""
        while True:
            claims = list(numbered(self.store, _prefix(name)))
            if not claims:
                return None
            try:
                return read_record(self.store, claims[-1][1], Lease)
            except ObjectMissing:
                continue  # superseded and cleared away between listing and reading

    def _claim(self, claim: Lease) -> Lease | None:
        prefix = _prefix(claim.name)
        if not create_record(self.store, f"{prefix}{claim.n}.json", claim):
            return None
        numbers = [n for n, _ in numbered(self.store, prefix)]
        if numbers[-1] != claim.n:
            # A sleeper woke up and took a number that had been cleared away long ago.
            self.store.delete(f"{prefix}{claim.n}.json")
            return None
        for n in numbers[:-KEPT]:
            self.store.delete(f"{prefix}{n}.json")
        return claim


def _prefix(name: str) -> str:
    return f"state/leases/{host_segment(name)}/"
