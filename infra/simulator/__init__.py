"""The portal simulator: government sites on loopback, from a seeded generator of annual reports."""

from infra.simulator.simulation import Simulator

__all__ = ["Simulator"]
