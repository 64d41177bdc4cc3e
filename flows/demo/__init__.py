"""The demo: the real flow against simulated portals, and nothing that leaves this machine."""
