"""The error tree, grouped by what should be done next.

GongkaiError
├── Temporary       try again later   PortalUnavailable, StorageUnavailable
├── NeedsReview     a person looks    ObjectExists, DigestMismatch, ObjectMissing, CrawlFailed, …
└── Misconfigured   mend the set-up   InvalidPortal, InvalidForm, InvalidStore, InvalidSubscriptions,
                                      StoreNotWritable, NewerRecord, InvalidKey, NoContact, BadQuery

A fault in the *data* of a report is a Finding on that report, never an exception.
"""


class GongkaiError(Exception):
    """Whatever gongkai can name; its message says what, where and what to do, in one sentence."""


class Temporary(GongkaiError):
    """May pass by itself: retried with back-off."""


class PortalUnavailable(Temporary):
    """A portal did not answer."""


class StorageUnavailable(Temporary):
    """The store did not answer, or is full; nothing that was acknowledged is lost."""


class NeedsReview(GongkaiError):
    """Trying again will not help and nothing is misconfigured: a person has to look."""


class ObjectExists(NeedsReview):
    """A create-only write met an object of another content under the same key."""


class ObjectMissing(NeedsReview):
    """A record refers to an object that the store does not have."""


class DigestMismatch(NeedsReview):
    """The bytes under a key are not those that its name promises."""


class UndecodablePayload(NeedsReview):
    """Bytes came in a content coding that cannot be undone; they are kept as received."""


class Restricted(NeedsReview):
    """A report is withheld by a recorded decision: a lawful take-down or a privacy request (451)."""


class CrawlFailed(NeedsReview):
    """A crawl process ended without its closing word."""


class Misconfigured(GongkaiError):
    """The set-up is wrong: retrying is useless until it is mended."""


class InvalidPortal(Misconfigured):
    """A portal file cannot be used."""


class InvalidForm(Misconfigured):
    """A form file cannot be used."""


class InvalidStore(Misconfigured):
    """A store address cannot be used."""


class InvalidSubscriptions(Misconfigured):
    """The file of subscriptions cannot be used."""


class NewerRecord(Misconfigured):
    """A record was written by a newer gongkai than this one, which can't know what it means."""


class StoreNotWritable(Misconfigured):
    """The store refuses writing."""


class InvalidKey(Misconfigured):
    """A file holds no key of the kind that is needed."""


class NoContact(Misconfigured):
    """A public portal may not be crawled without a contact address in the user agent."""


class BadQuery(Misconfigured):
    """A person's request names nothing, or more than one thing."""


def group_of(error: GongkaiError) -> str:
    """The remedy that an error asks for, as a word."""
    if isinstance(error, Temporary):
        return "Temporary"
    return "Misconfigured" if isinstance(error, Misconfigured) else "NeedsReview"
