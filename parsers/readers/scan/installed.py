"""Are the engines here? Looked up without importing them."""

from functools import cache
from importlib import metadata
from importlib.util import find_spec
from shutil import which

PROGRAM = "tesseract"


@cache
def missing_engine() -> str | None:
    """What has to be installed before scans can be read, or None."""
    if find_spec("rapidocr") is None or find_spec("onnxruntime") is None:
        return "gongkai[ocr]"
    return None if which(PROGRAM) else "tesseract (Debian: tesseract-ocr)"


def engine_of_scans() -> str:
    """What reads scans here, for the digest of the parser: with other engines it is another one."""
    return "" if missing_engine() else f"rapidocr {metadata.version('rapidocr')}, tesseract"
