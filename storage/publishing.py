"""Give a finished file its name, in one step, only if the name is free."""

import errno
import fcntl
import os
from pathlib import Path

from model.errors import InvalidStore

# What file systems without hard links (exFAT, some network and container mounts) answer to link().
NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}


def publish(finished: Path, target: Path) -> bool:
    """Put `finished` under the name `target`; False, and nothing changed, when the name is taken.

    Both lie on one file system. The caller removes `finished` if it is still there.
    """
    try:
        os.link(finished, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        return _publish_under_lock(finished, target)
    return True


def _publish_under_lock(finished: Path, target: Path) -> bool:
    """Rename is atomic but overwrites, so look and rename under a lock that the kernel drops when its holder dies."""
    descriptor = os.open(finished.parent / "publishing.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            raise InvalidStore(
                f"{target.parent} lies on a file system with neither hard links nor locks, where objects can't be kept "
                "safe from overwriting: choose another disk with --store"
            ) from error
        if target.exists():
            return False
        finished.rename(target)
        return True
    finally:
        os.close(descriptor)
