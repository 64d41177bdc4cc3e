"""Daily manifests: what came in is sealed, signed and chained, and anyone with the public key can check a copy."""

import gzip
import json
import shutil
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from flows.fixity import seal_today
from model.canonical import canonical_json, sha256_hex
from model.errors import InvalidKey, NeedsReview
from storage.archive import Archive
from storage.keys import is_kept
from storage.local_folder import LocalFolder
from storage.manifests import DayManifest, chain, entries
from storage.objects import open_store
from storage.settings import StorageSettings
from storage.signing import PublicKey, Signer, load_public, load_signer
from storage.verify import verify
from tests.archive_samples import filled_archive, filled_folder
from tests.commanding import gongkai
from tests.storage_samples import NOON

__all__ = ["filled_folder"]

SIGNER = Signer.new()
DAYS = [NOON + timedelta(days=40 + n) for n in range(3)]
NAMES = [f"{day.date()}" for day in DAYS]


def nothing(_: int) -> None:
    """Nobody watches."""


def seal_days(archive: Archive, signer: Signer | None = SIGNER) -> list[DayManifest]:
    """Three days: everything so far, nothing, one object more."""
    made = []
    for number, day in enumerate(DAYS):
        if number == 2:
            archive.store.create("findings/f1.json", b"{}")
        manifest = seal_today(archive, day, signer, nothing, nothing)
        assert manifest is not None
        made.append(manifest)
    return made


@pytest.fixture
def root(filled_folder: Path, tmp_path: Path) -> Path:
    """A folder with three sealed days."""
    copied = Path(shutil.copytree(filled_folder, tmp_path / "archive"))
    seal_days(Archive(LocalFolder(copied, fsync=False)))
    return copied


@pytest.fixture
def archive(root: Path) -> Archive:
    return Archive(LocalFolder(root, fsync=False))


def faults(archive: Archive, *keys: PublicKey, **rest: object) -> list[tuple[str, str]]:
    found = verify(archive.store, keys or [SIGNER.public], **rest).faults  # type: ignore[arg-type]
    return [(fault.kind, fault.key) for fault in found]


def test_each_day_seals_what_came_and_follows_the_day_before_on_any_store(store_address: str, tmp_path: Path) -> None:
    archive = filled_archive(store_address, tmp_path)
    kept = {key for key in archive.store.list("") if is_kept(key)}
    first, second, third = seal_days(archive)
    assert (first.n, first.previous, first.objects) == (1, None, len(kept))
    assert {e.key for e in entries(archive.store, first)} == kept
    assert all(e.sha256 == sha256_hex(archive.store.read(e.key)) for e in entries(archive.store, first))
    assert (second.n, second.objects, second.size) == (2, 0, 0)
    assert [e.key for e in entries(archive.store, third)] == ["findings/f1.json"]
    links = chain(archive.store)
    assert [link.manifest.previous for link in links] == [None, links[0].digest, links[1].digest]
    result = verify(archive.store, [SIGNER.public])
    assert result.faults == []
    assert (result.manifests, result.objects, result.unsealed) == (3, len(kept) + 1, 0)
    assert (result.first, result.last, result.head) == (NAMES[0], NAMES[2], links[2].digest)


def test_a_list_can_be_read_with_gunzip_and_checked_with_sha256sum(root: Path) -> None:
    lines = gzip.decompress((root / f"manifests/{NAMES[0]}.jsonl.gz").read_bytes()).decode().splitlines()
    for line in lines:
        plain = json.loads(line)
        content = (root / plain["key"]).read_bytes()
        assert (plain["sha256"], plain["size"]) == (sha256_hex(content), len(content))
    assert lines == sorted(lines)


def test_a_day_has_one_manifest(archive: Archive) -> None:
    archive.store.create("findings/f2.json", b"{}")
    assert seal_today(archive, DAYS[2], SIGNER, nothing, nothing) is None
    result = verify(archive.store, [SIGNER.public])
    assert (result.faults, result.unsealed) == ([], 1)
    later = seal_today(archive, DAYS[2] + timedelta(days=5), SIGNER, nothing, nothing)
    assert later is not None
    assert (later.n, [e.key for e in entries(archive.store, later)]) == (4, ["findings/f2.json"])


def test_a_clock_that_went_back_seals_nothing(archive: Archive) -> None:
    with pytest.raises(NeedsReview, match="mend the clock"):
        seal_today(archive, DAYS[0] - timedelta(days=9), SIGNER, nothing, nothing)


def test_a_sealing_killed_between_list_and_record_is_finished_by_the_next(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.store.create("findings/f2.json", b"{}")
    day = DAYS[2] + timedelta(days=1)
    real = archive.store.create

    def dies(key: str, content: bytes, *, content_type: str | None = None) -> bool:
        if key == f"manifests/{day.date()}.json":
            raise KeyboardInterrupt
        return real(key, content, content_type=content_type)

    with monkeypatch.context() as patched:
        patched.setattr(archive.store, "create", dies)
        with pytest.raises(KeyboardInterrupt):
            seal_today(archive, day, SIGNER, nothing, nothing)
    archive.store.create("findings/f3.json", b"{}")
    made = seal_today(archive, day, SIGNER, nothing, nothing)
    assert made is not None
    assert [e.key for e in entries(archive.store, made)] == ["findings/f2.json"]
    result = verify(archive.store, [SIGNER.public])
    assert (result.faults, result.unsealed) == ([], 1)


def a_key(root: Path, beginning: str) -> str:
    return next(str(p.relative_to(root)) for p in sorted(root.glob(f"{beginning}/**/*")) if p.is_file())


def test_a_changed_and_a_missing_object_are_named(archive: Archive, root: Path) -> None:
    changed, gone = a_key(root, "events"), a_key(root, "reports")
    event = json.loads((root / changed).read_bytes())
    (root / changed).write_bytes(canonical_json({**event, "title": "别的"}))
    (root / gone).unlink()
    assert sorted(faults(archive)) == [("damaged", changed), ("missing", gone)]
    assert ("missing", gone) in faults(archive, quick=True)
    (root / "notes.txt").write_text("x")
    assert ("foreign", "notes.txt") in faults(archive)


def rewritten(root: Path, name: str, **changes: object) -> None:
    """Change a manifest's record as someone without the key could."""
    path = root / f"manifests/{name}.json"
    path.write_bytes(canonical_json({**json.loads(path.read_bytes()), **changes}))


def without_day(root: Path, name: str) -> None:
    for ending in ("json", "jsonl.gz"):
        (root / f"manifests/{name}.{ending}").unlink()


FORGERIES: list[tuple[str, Callable[[Path], object], set[tuple[str, str]]]] = [
    (
        "another count",
        lambda root: rewritten(root, NAMES[1], objects=7),
        {("signature", NAMES[1]), ("chain", NAMES[1]), ("chain", NAMES[2])},
    ),
    ("a day taken out", lambda root: without_day(root, NAMES[1]), {("chain", NAMES[2])}),
    ("the first day taken out", lambda root: without_day(root, NAMES[0]), {("chain", NAMES[1])}),
    ("no signature", lambda root: rewritten(root, NAMES[2], signature=None), {("signature", NAMES[2])}),
    (
        "another's signature",
        lambda root: rewritten(root, NAMES[2], signature=Signer.new().sign(b"message")),
        {("signature", NAMES[2])},
    ),
    ("another name", lambda root: rewritten(root, NAMES[2], signed_by="0" * 16), {("signature", NAMES[2])}),
    (
        "a list cut short",
        lambda root: (root / f"manifests/{NAMES[0]}.jsonl.gz").write_bytes(gzip.compress(b"")),
        {("chain", NAMES[0])},
    ),
    (
        "moved to another day",
        lambda root: (root / f"manifests/{NAMES[2]}.json").rename(root / "manifests/2027-01-01.json"),
        {("chain", "2027-01-01")},
    ),
]


@pytest.mark.parametrize(("forge", "expected"), [f[1:] for f in FORGERIES], ids=[f[0] for f in FORGERIES])
def test_a_forged_chain_is_told(
    archive: Archive, root: Path, forge: Callable[[Path], object], expected: set[tuple[str, str]]
) -> None:
    forge(root)
    found = {(kind, key.removeprefix("manifests/").removesuffix(".json")) for kind, key in faults(archive)}
    assert found == expected


def test_what_was_cut_off_at_the_end_shows_by_the_head_that_was_noted(archive: Archive, root: Path) -> None:
    head = verify(archive.store, [SIGNER.public]).head
    assert faults(archive, head=head) == []
    without_day(root, NAMES[2])
    assert faults(archive) == []
    assert faults(archive, head=head) == [("chain", "manifests/")]


def test_a_rotated_key_needs_both_public_keys(archive: Archive) -> None:
    newer = Signer.new()
    seal_today(archive, DAYS[2] + timedelta(days=1), newer, nothing, nothing)
    assert faults(archive, SIGNER.public, newer.public) == []
    assert faults(archive, newer.public) == [("signature", f"manifests/{name}.json") for name in NAMES]


def test_an_archive_that_was_never_sealed_is_not_called_sound(filled_folder: Path) -> None:
    store = open_store(str(filled_folder), settings=StorageSettings())
    assert [fault.what for fault in verify(store, [SIGNER.public]).faults] == [
        "there is no manifest; gongkai seal writes one each day"
    ]


def test_keys_are_made_once_and_readable_by_their_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gongkai(monkeypatch, "keys", "new", "--to", str(tmp_path)) == 0
    private, public = tmp_path / "gongkai-signing-key.pem", tmp_path / "gongkai-public-key.pem"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    signer, key = load_signer(private), load_public(public)
    assert key.fingerprint == signer.public.fingerprint
    assert key.fingerprint in capsys.readouterr().out
    assert key.signed(b"message", signer.sign(b"message"))
    assert not key.signed(b"another", signer.sign(b"message"))
    assert not key.signed(b"message", "no base64!")
    before = private.read_bytes()
    assert gongkai(monkeypatch, "keys", "new", "--to", str(tmp_path)) == 2
    assert private.read_bytes() == before
    assert "nothing was written" in capsys.readouterr().err
    assert gongkai(monkeypatch, "keys", "public", str(private)) == 0
    assert capsys.readouterr().out == public.read_text()
    with pytest.raises(InvalidKey, match="is the private key"):
        load_public(private)
    for wrong in (tmp_path / "none.pem", public):
        with pytest.raises(InvalidKey):
            load_signer(wrong)


def test_seal_and_verify_as_commands_with_the_public_key_alone(
    filled_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store, keys = str(shutil.copytree(filled_folder, tmp_path / "archive")), tmp_path / "keys"
    gongkai(monkeypatch, "keys", "new", "--to", str(keys))
    monkeypatch.setenv("GONGKAI_SIGNING_KEY", str(keys / "gongkai-signing-key.pem"))
    assert gongkai(monkeypatch, "seal", "--store", store) == 0
    assert gongkai(monkeypatch, "seal", "--store", store) == 0
    told = capsys.readouterr().out
    assert "signed by" in told
    assert "today's manifest is written already" in told
    copy = shutil.copytree(store, tmp_path / "copy")
    shutil.rmtree(copy / "state")
    shutil.rmtree(store)
    monkeypatch.delenv("GONGKAI_SIGNING_KEY")
    public = str(keys / "gongkai-public-key.pem")
    assert gongkai(monkeypatch, "verify", str(copy), "--key", public, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["manifests"], result["unsealed"], result["faults"]) == (1, 0, [])
    victim = copy / a_key(copy, "raw")
    victim.write_bytes(victim.read_bytes()[:-1] + b"\x01")
    assert gongkai(monkeypatch, "verify", str(copy), "--key", public) == 1
    assert victim.name[-20:] in capsys.readouterr().out.replace("\n", "")
    assert gongkai(monkeypatch, "verify", str(tmp_path / "nowhere"), "--key", public) == 2
