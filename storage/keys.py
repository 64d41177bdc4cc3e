"""Which keys an archive has: one shape for each kind of object. What has no shape does not belong there."""

import re

DAY = r"\d{4}-\d\d-\d\d"
NAME = r"[^/.\\][^/\\]*"

# Kind to the shape of its keys.
SHAPES: dict[str, re.Pattern[str]] = {
    kind: re.compile(shape)
    for kind, shape in {
        "raw": r"raw/(?P<a>[0-9a-f]{2})/(?P<b>[0-9a-f]{2})/(?P=a)(?P=b)[0-9a-f]{60}",
        "ledger": rf"captures/{DAY}/{NAME}/{NAME}-\d{{6}}\.jsonl\.gz",
        "warc": rf"captures/{DAY}/{NAME}/{NAME}-\d{{6}}\.warc\.gz",
        "agency": rf"agencies/{NAME}/\d+\.json",
        "version": rf"reports/{NAME}/\d+\.json",
        "repeat": rf"reports/{NAME}/repeats/\d+-{NAME}\.json",
        "parsed": rf"parsed/{NAME}/{NAME}\.json",
        "parsed pack": rf"parsed/{NAME}\.jsonl\.gz|parsed/packs/{NAME}(?:/{NAME})*",
        "event": rf"events/{DAY}/{NAME}\.json",
        "finding": rf"findings/{NAME}(?:/{NAME})*",
        "release": rf"releases/{NAME}(?:/{NAME})*",
        "restriction": rf"restrictions/{NAME}/\d+\.json",
        "manifest": rf"manifests/{DAY}\.json",
        "manifest entries": rf"manifests/{DAY}\.jsonl\.gz",
        "state": rf"state/{NAME}(?:/{NAME})*",
        "catalogue": r"catalogue/.+",
        "mark": r"demo-archive\.txt",
    }.items()
}
# What may change or be thrown away, and so can't be sealed or compared.
CHANGING = frozenset({"state", "catalogue", "mark"})
# What the chain of manifests consists of; it is proven by itself.
CHAIN = frozenset({"manifest", "manifest entries"})

_BY_TOP: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
for _kind, _shape in SHAPES.items():
    _BY_TOP.setdefault(_shape.pattern.partition("/")[0].replace("\\", ""), []).append((_kind, _shape))


def kind_of(key: str) -> str | None:
    """The kind of an object by its key; None for one that has no place in an archive."""
    candidates = _BY_TOP.get(key.partition("/")[0], ())
    return next((kind for kind, shape in candidates if shape.fullmatch(key)), None)


def is_kept(key: str) -> bool:
    """Is it an object that is written once and stays (the chain of manifests itself left out)?"""
    kind = kind_of(key)
    return kind is not None and kind not in CHANGING and kind not in CHAIN
