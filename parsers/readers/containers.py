"""Zip archives from strangers (DOCX, XLSX, OFD, zip): counted before anything is unpacked, no name is followed."""

import io
import re
import struct
import zipfile
import zlib
from itertools import pairwise
from unicodedata import category

from lxml import etree

from parsers.readers.cannot_read import CannotRead
from parsers.readers.limits import TooHostile

MOST_ENTRIES = 2_000
MOST_UNPACKED = 200_000_000
MOST_OF_ONE = 60_000_000
MOST_RATIO = 400  # of one entry; deflate reaches 1,032, XML of reports 5 to 60
SMALL = 5_000_000  # below it, the ratio does not matter
END = b"PK\x05\x06"
ENCRYPTED = 0x1
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what office programs and packers write; others have no bounds
HEADER = 30  # bytes before the name of an entry
NAMED_UTF8 = 0x800
DRIVE = re.compile(r"^[A-Za-z]:")
UNSEEN = ("Cc", "Cf", "Cs")  # controls, and marks that turn the direction of writing: gnp.exe shown as exe.png


class Container:
    """The entries of a zip archive by name. Raises TooHostile and CannotRead (`damaged`, `encrypted`)."""

    def __init__(self, content: bytes) -> None:
        _count_entries(content)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, IndexError) as error:
            raise CannotRead("damaged", f"the zip archive is damaged or was cut off ({error})") from None
        self.entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        _refuse("entries", len(self.entries), MOST_ENTRIES)
        _refuse("bytes unpacked", sum(entry.file_size for entry in self.entries), MOST_UNPACKED)
        _refuse_overlaps(self.entries)
        self._by_name = {entry.filename.lstrip("/"): entry for entry in self.entries}

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def names(self) -> list[str]:
        """Names as stored; for the entries of a document, which are ASCII."""
        return list(self._by_name)

    def read(self, name: str) -> bytes:
        """One entry. KeyError for a name that is not there."""
        return self.unpack(self._by_name[name])

    def unpack(self, entry: zipfile.ZipInfo) -> bytes:
        """The bytes of an entry, never more than it says it has."""
        if entry.flag_bits & ENCRYPTED:
            raise CannotRead("encrypted", "the file is locked with a password")
        if entry.compress_type not in PACKED:
            raise CannotRead("no_reader", f"it is packed in a way that gongkai does not unpack ({entry.compress_type})")
        _refuse("bytes in one entry", entry.file_size, MOST_OF_ONE)
        if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(1, entry.compress_size):
            raise TooHostile(f"archive has an entry packed more than {MOST_RATIO} times over")
        try:
            with self._zip.open(entry) as packed:
                # Never more than this is unpacked at once, whatever is in it; the check sum tells when there was more.
                return packed.read(entry.file_size)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            raise CannotRead("damaged", f"an entry of the archive cannot be unpacked ({error})") from None


def name_of(entry: zipfile.ZipInfo) -> str:
    """The name without folders. What is not marked as UTF-8 is, in China, GBK; zipfile took it for code page 437."""
    name = entry.filename
    if not entry.flag_bits & NAMED_UTF8:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    name = "".join(letter for letter in name if category(letter) not in UNSEEN)
    return DRIVE.sub("", name.replace("\\", "/").rpartition("/")[2])


def xml_of(content: bytes, what: str) -> "etree._Element":
    """The tree of a part in XML: no entities, no DTD, no network. CannotRead for what is not well-formed."""
    # Its own parser for each document: one that failed keeps the log of it.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if any(word in str(error) for word in ("depth", "huge", "Huge", "ntity", "amplification")):
            raise TooHostile(f"{what} is deeper or larger than any report ({error})") from None
        raise CannotRead("damaged", f"{what} is not well-formed ({error})") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise TooHostile(f"{what} declares entities of its own, which no such file does")
    return root


def _count_entries(content: bytes) -> None:
    """By the closing record, before the list of entries is read."""
    at = content.rfind(END, max(0, len(content) - 66_000))
    if at < 0 or at + 22 > len(content):
        raise CannotRead("damaged", "the zip archive is cut off: its list of entries is missing")
    entries, size = struct.unpack_from("<HI", content, at + 10)
    _refuse("entries", entries, MOST_ENTRIES)
    _refuse("bytes in its list of entries", size if size != 0xFFFFFFFF else 0, MOST_ENTRIES * 1_000)


def _refuse_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    """One packed stream under many names: some kilobytes that become terabytes."""
    entries = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, following in pairwise(entries):
        if entry.header_offset + HEADER + entry.compress_size > following.header_offset:
            raise TooHostile("archive has entries that lie over one another")


def _refuse(what: str, count: int, most: int) -> None:
    if count > most:
        raise TooHostile(f"archive has {count} {what}, more than {most}")
