"""An archive of any size that takes no room: records of reports exist only when they are read."""

from collections.abc import Callable, Iterator
from pathlib import Path

from model.canonical import canonical_json
from model.document import VersionRecord
from storage.local_folder import LocalFolder


class Generated(LocalFolder):
    """`record` makes the version of a number; everything that is no report's record lies in a folder.

    Ids of reports have the number in their second to eighth character.
    """

    def __init__(self, root: Path, record: Callable[[int], VersionRecord], reports: int = 0) -> None:
        super().__init__(root, fsync=False)
        self._record = record
        self._reports = reports

    def list(self, prefix: str, start_after: str | None = None) -> Iterator[str]:
        if prefix != "reports/":
            yield from super().list(prefix, start_after)
            return
        for number in range(self._reports):
            yield f"reports/{self._record(number).report_id}/1.json"

    def read(self, key: str) -> bytes:
        if not key.startswith("reports/"):
            return super().read(key)
        return canonical_json(self._record(int(key.split("/")[1][1:8])))
