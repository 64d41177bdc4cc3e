"""Finding the column: from a home page or a hub alone to the places where a government lists its annual reports."""

from spiders.discovery.explore import Bounds, explore
from spiders.discovery.proposal import portal_id, propose, write_yaml
from spiders.discovery.tree import Discovery, Node

__all__ = ["Bounds", "Discovery", "Node", "explore", "portal_id", "propose", "write_yaml"]
