"""The shared strings of XLS ([MS-XLS] 2.4.265, 2.5.293): the fonts of those whose letters have several."""

import struct
from collections.abc import Iterator, Sequence

WIDE, HAS_MORE, HAS_RUNS = 0x1, 0x4, 0x8
RUN = 4  # bytes: where it begins, and its font


class _Pieces:
    """A record and those that continue it. A string that goes on in the next says anew how wide its letters are."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self._piece = self._at = 0

    def take(self, count: int) -> bytes:
        """So many bytes. Raises IndexError where there are fewer."""
        found = b""
        while len(found) < count:
            found += self._here(count - len(found))
        return found

    def skip_letters(self, count: int, flags: int) -> None:
        while count:
            width = 2 if flags & WIDE else 1
            count -= len(self._here(count * width)) // width
            if count:
                flags = self.take(1)[0]

    def _here(self, count: int) -> bytes:
        """At most so many bytes, from the piece that is not at its end."""
        while self._at >= len(self._pieces[self._piece]):
            self._piece, self._at = self._piece + 1, 0
        some = self._pieces[self._piece][self._at : self._at + count]
        self._at += len(some)
        return some


def fonts_of_strings(pieces: Sequence[bytes]) -> Iterator[tuple[int, list[int]]]:
    """Number of a string, and the numbers of the fonts of its runs; only strings that have runs.

    Raises struct.error and IndexError where the record breaks off.
    """
    if not pieces:
        return
    reader = _Pieces(pieces)
    _, count = struct.unpack("<II", reader.take(8))
    for number in range(count):
        letters, flags = struct.unpack("<HB", reader.take(3))
        runs = struct.unpack("<H", reader.take(2))[0] if flags & HAS_RUNS else 0
        more = struct.unpack("<I", reader.take(4))[0] if flags & HAS_MORE else 0
        reader.skip_letters(letters, flags)
        fonts = [struct.unpack("<HH", reader.take(RUN))[1] for _ in range(runs)]
        reader.take(more)
        if fonts:
            yield number, fonts
