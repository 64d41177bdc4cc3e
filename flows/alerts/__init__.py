"""Alerts: events become messages, feed files and deliveries."""

from .attempts import DeliveryState
from .feeds import write_feeds
from .outbox import DeliverySummary, deliver, delivery_states
from .subscriptions import Feeds, Subscription, Subscriptions, load_subscriptions

__all__ = [
    "DeliveryState",
    "DeliverySummary",
    "Feeds",
    "Subscription",
    "Subscriptions",
    "deliver",
    "delivery_states",
    "load_subscriptions",
    "write_feeds",
]
