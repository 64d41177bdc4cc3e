"""Portal files for simulated sites, written for one demo or test."""

from pathlib import Path

import yaml

from infra.simulator import Simulator

# The simulator is ours and on this machine: politeness costs only time here.
HASTE = {"delay": 0.02, "attachment_delay": 0.02, "jitter": 0.2, "daily_requests": 100_000}


def write_portals(simulator: Simulator, sites: list[str], folder: Path) -> None:
    """One YAML file per site, as an operator would write it."""
    folder.mkdir(parents=True, exist_ok=True)
    for site in sites:
        config = simulator.hosts[site].portal.config
        portal = {
            "id": site,
            "title": f"{config.title} {config.column}",
            "region": config.region,
            "start_urls": [simulator.entry_url(site)],
            "notes": "Simulated on this machine; nothing of it is real.",
            "politeness": HASTE,
        }
        text = yaml.safe_dump(portal, allow_unicode=True, sort_keys=False)
        (folder / f"{site}.yml").write_text(text, encoding="utf-8")
