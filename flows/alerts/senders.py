"""Which way a subscription is sent."""

from .apprise_sender import AppriseSender
from .chat_bots import BOTS, ChatBot
from .sending import Sender
from .subscriptions import WEBHOOKS, Subscription
from .webhook import Webhook


def sender_for(subscription: Subscription) -> Sender:
    """By scheme: our own webhook, a group robot that answers with a code, Apprise for all others."""
    url = subscription.to.get_secret_value()
    if subscription.scheme in WEBHOOKS:
        secret = subscription.secret.get_secret_value() if subscription.secret else None
        return Webhook(url[len("webhook+") :], secret=secret)
    if subscription.scheme in BOTS:
        return ChatBot(url)
    return AppriseSender(url)
