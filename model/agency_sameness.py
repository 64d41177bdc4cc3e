"""When two names are one agency's: equal region, equal core name. Never the core name alone (report-format 5.5)."""

import re
import unicodedata

from model.agency_names import Surroundings, read_name
from model.divisions import entries

ENDINGS = ("局", "厅", "委员会", "办公室", "中心")


def name_key(name: str) -> str:
    """A name without what varies in print: width, spaces, quotation marks."""
    return re.sub(r"[\s“”\"'「」]", "", unicodedata.normalize("NFKC", name))


def stem_of(core: str) -> str:
    """环境保护局 is 环境保护."""
    return next((core[: -len(ending)] for ending in ENDINGS if core.endswith(ending)), core)


def lineage(region: str) -> str:
    """The code of today of a region: 洪泽县 (320829) is 洪泽区 (320813)."""
    return next((d.successor for d in entries(region) if d.successor), region)


def core_key(name: str, region: str) -> str:
    """A name without its region, in full words, and without what names of one office differ in."""
    core = read_name(name, Surroundings(region)).core or name
    bare = re.sub(r"(?<=[镇乡道区])(?:人民政府|政府|办事处|管理委员会|管委会)$", "", core)
    return name_key(bare.replace("人民政府办公厅", "人民政府办公室"))
