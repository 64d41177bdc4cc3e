"""One of several workers on one archive: `python -m tests.sharing STORE SHARE`, a run of due portals without Prefect.

And the portals that they share: cities, each with the hosts of two bureaus under one domain.
"""

import asyncio
import sys
from datetime import UTC, datetime

from flows.alerts import Subscriptions
from flows.plan import Share
from flows.run import PLAINLY, Equipment, due_portals, run_once
from flows.settings import Settings
from infra.simulator.site import SiteConfig
from spiders.portal_files import load_portals
from storage.archive import Archive
from storage.objects import open_store

CITIES = ("qinghe", "baisha", "linhe", "dongpu", "haiyan", "yunling")
NAMES = ("青禾", "白沙", "临河", "东浦", "海燕", "云岭")
BUREAUS = {"czj": "财政局", "jyj": "教育局"}
YEARS = (2022, 2023, 2024)


def cities() -> dict[str, SiteConfig]:
    """Portal id to its site; an answer takes a tenth of a second, so that a city is asked for two."""
    return {
        f"{city}-{short}": SiteConfig.model_validate(
            {
                "title": f"{name}市{bureau}",
                "name": f"{short}.{city}.localhost",
                "domain": f"{short}.{city}.example",
                "region": f"99{number:02d}00",
                "family": "trs",
                "column_path": "/zfxxgknb/",
                "seed": number,
                "clock": datetime.now(UTC).isoformat(),
                "agencies": [{"name": f"{name}市{bureau}", "core_name": bureau, "size": "small", "years": [*YEARS]}],
                "switches": {"robots": "allow", "slow_seconds": 0.1},
            }
        )
        for number, (city, name) in enumerate(zip(CITIES, NAMES, strict=True), 1)
        for short, bureau in BUREAUS.items()
    }


async def work(store: str, share: str) -> None:
    settings = Settings(store=store)
    equipment = Equipment(settings, Subscriptions())
    archive = Archive(open_store(store, settings=settings.storage))
    portals = load_portals(settings.portals)
    due = due_portals(archive, portals, equipment.clock(), store)
    outcome = await run_once(equipment, archive, due, portals, store, "due", PLAINLY, Share.parse(share), due=True)
    sys.stdout.write(outcome.model_dump_json(include={"run", "elsewhere", "resumed"}) + "\n")


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
