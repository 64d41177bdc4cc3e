"""The two engines. They share nothing: RapidOCR is a convolutional network trained by PaddlePaddle's makers on lines of
Chinese, tesseract a recurrent one trained by Google on rendered fonts; each has its own way from grey to black.
"""

import csv
import io
import os
import subprocess
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parsers.readers.cannot_read import CannotRead
from parsers.readers.scan.installed import PROGRAM

Gray = NDArray[np.uint8]
LEAST_SURE = 0.85
SECONDS = 60
HEIGHT = 40  # pixels of a line for tesseract, which likes capitals of 30
BETWEEN = 36
DIGITS = "0123456789.,-/"


@cache
def _rapid() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical"})


def words_in(lines: Sequence[Gray]) -> list[tuple[str, float]]:
    """Text and certainty (0 to 1) of pictures of single lines, by RapidOCR."""
    import cv2

    read = []
    for line in lines:
        # Three channels, as the model was trained
        found = _rapid()(cv2.cvtColor(line, cv2.COLOR_GRAY2BGR), use_det=False, use_cls=False, use_rec=True)
        read.append((str(found.txts[0]), float(found.scores[0])) if found.txts else ("", 0.0))
    return read


def figures_in(lines: Sequence[Gray]) -> list[str]:
    """The digits of pictures of single lines, by tesseract: all of a page set below one another, in one run."""
    if not lines:
        return []
    import cv2

    scaled = [_scaled(line) for line in lines]
    width = max(line.shape[1] for line in scaled) + 2 * BETWEEN
    sheet = np.full((len(scaled) * (HEIGHT + BETWEEN) + BETWEEN, width), 255, np.uint8)
    for n, line in enumerate(scaled):
        top = BETWEEN + n * (HEIGHT + BETWEEN)
        sheet[top : top + HEIGHT, BETWEEN : BETWEEN + line.shape[1]] = line
    picture = cv2.imencode(".png", sheet)[1].tobytes()
    command = [PROGRAM, "stdin", "stdout", "-l", "eng", "--psm", "6", "--dpi", "150"]
    command += ["-c", f"tessedit_char_whitelist={DIGITS}", "-c", "tessedit_create_tsv=1"]
    try:
        done = subprocess.run(command, input=picture, capture_output=True, timeout=SECONDS, check=False,
                              env=os.environ | {"OMP_THREAD_LIMIT": "1"})  # fmt: skip
    except (subprocess.TimeoutExpired, OSError) as error:
        raise CannotRead("ocr_failed", f"tesseract did not answer ({error})") from None
    if done.returncode:
        raise CannotRead("ocr_failed", f"tesseract ended with exit code {done.returncode}")
    read = [""] * len(lines)
    for row in csv.DictReader(
        io.StringIO(done.stdout.decode("utf-8", "replace")), delimiter="\t", quoting=csv.QUOTE_NONE
    ):
        if row["level"] == "5" and row["text"].strip():
            middle = int(row["top"]) + int(row["height"]) / 2
            at = int((middle - BETWEEN / 2) // (HEIGHT + BETWEEN))
            if 0 <= at < len(read):
                read[at] += row["text"].strip()
    return read


def _scaled(line: Gray) -> Gray:
    import cv2

    ratio = HEIGHT / line.shape[0]
    size = (max(1, round(line.shape[1] * ratio)), HEIGHT)
    scaled: Gray = cv2.resize(line, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    return scaled
