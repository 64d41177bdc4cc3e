"""The archive: one object through which everything else keeps and finds what it needs."""

from storage.agencies import Agencies
from storage.changes import Changes
from storage.coverage import CoverageRecords
from storage.deadlines import Deadlines
from storage.events import Events
from storage.findings import Findings
from storage.leases import Leases
from storage.ledger import Ledger
from storage.liveness import Liveness
from storage.locations import Locations
from storage.memory import Memory
from storage.parsed import ParsedReports
from storage.raw import RawBodies
from storage.restrictions import Restrictions
from storage.runs import Runs


class Archive(
    RawBodies,
    Ledger,
    Runs,
    Restrictions,
    ParsedReports,
    Findings,
    Events,
    Agencies,
    Liveness,
    Locations,
    Memory,
    Leases,
    CoverageRecords,
    Deadlines,
    Changes,
):
    """All shelves over one store (`Archive(open_store(...))`). What crawls write goes through `LedgerWriter`.

    Reading and writing are safe from several threads, processes and machines at once.
    """
