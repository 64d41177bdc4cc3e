"""What a store can do, found out by trying: is it fit for several writers at once?"""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol, runtime_checkable

from pydantic import AwareDatetime

from model.capture import Record
from model.errors import InvalidStore, ObjectMissing
from storage.objects import ObjectStore
from storage.records import read_record, replace_record

ABILITIES = "state/abilities.json"
RACERS = 16
LISTED = 40


class StoreAbilities(Record):
    """`state/abilities.json`: what `gongkai init` saw the store do."""

    store: str
    checked_at: AwareDatetime
    creates_only: bool
    """A second write to a key is refused and changes nothing."""
    creates_only_in_a_race: bool
    """Of many writers at once exactly one wins, and its bytes lie there."""
    refuses_wrong_checksum: bool
    """A body damaged on its way is not taken; true of a folder, where nothing travels."""
    lists_what_it_took: bool
    """A listing shows every object that was acknowledged before it, in order of keys."""

    @property
    def fit_for_several_writers(self) -> bool:
        return self.creates_only and self.creates_only_in_a_race and self.lists_what_it_took


@runtime_checkable
class OverTheWire(Protocol):
    def refuses_wrong_checksum(self, key: str) -> bool: ...


def probe(store: ObjectStore, now: datetime) -> StoreAbilities:
    """Try the store under `state/probe/`, clear up, and say what was seen."""
    folder = f"state/probe/{secrets.token_hex(8)}"
    try:
        return StoreAbilities(
            store=store.describe(),
            checked_at=now,
            creates_only=_creates_only(store, f"{folder}/once"),
            creates_only_in_a_race=all(_one_wins(store, f"{folder}/race{n}") for n in range(3)),
            refuses_wrong_checksum=(
                store.refuses_wrong_checksum(f"{folder}/wrong") if isinstance(store, OverTheWire) else True
            ),
            lists_what_it_took=_lists(store, f"{folder}/list/"),
        )
    finally:
        for key in list(store.list(f"{folder}/")):
            store.delete(key)


def record_abilities(store: ObjectStore, abilities: StoreAbilities) -> None:
    """Remember what was seen, for whoever opens the archive later."""
    replace_record(store, ABILITIES, abilities)


def recorded_abilities(store: ObjectStore) -> StoreAbilities | None:
    """What was seen last, or None when the store was never probed."""
    try:
        return read_record(store, ABILITIES, StoreAbilities)
    except ObjectMissing:
        return None


def require_fit(abilities: StoreAbilities, writers: int) -> None:
    """InvalidStore when so many writers at once could overwrite one another on this store."""
    if writers > 1 and not abilities.fit_for_several_writers:
        raise InvalidStore(
            f"{abilities.store} does not hold to create-only writes, so {writers} writers could overwrite one another: "
            "use one writer and GONGKAI_S3_CONDITIONAL=false, or another store"
        )


def _creates_only(store: ObjectStore, key: str) -> bool:
    first, second = store.create(key, b"first"), store.create(key, b"second")
    return first and not second and store.read(key) == b"first"


def _one_wins(store: ObjectStore, key: str) -> bool:
    bodies = [b"racer %02d" % n * 500 for n in range(RACERS)]
    with ThreadPoolExecutor(RACERS) as pool:
        won = list(pool.map(lambda body: store.create(key, body), bodies))
    winners = [body for body, wins in zip(bodies, won, strict=True) if wins]
    return len(winners) == 1 and store.read(key) == winners[0]


def _lists(store: ObjectStore, prefix: str) -> bool:
    keys = [f"{prefix}{n:03d}" for n in range(LISTED)]
    for n, key in enumerate(keys):
        store.create(key, b"")
        if n % 10 == 9 and list(store.list(prefix)) != keys[: n + 1]:
            return False
    return list(store.list(prefix, start_after=keys[9])) == keys[10:]
