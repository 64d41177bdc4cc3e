"""Finds and fetches: portals as data, families of sites, and one polite crawl process."""
