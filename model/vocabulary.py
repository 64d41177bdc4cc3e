"""The closed lists. The same words stand in JSON, ledger, events, web, metrics and docs.

Adding a word to one of them is a change of the public contract and belongs in the CHANGELOG.
"""

from enum import StrEnum


class FetchState(StrEnum):
    """What one fetch turned out to be; a fetch has exactly one."""

    OK = "ok"
    OK_EMPTY = "ok_empty"
    NOT_MODIFIED = "not_modified"
    MOVED = "moved"
    GONE = "gone"
    SOFT_404 = "soft_404"
    OFF_SITE = "off_site"
    NEEDS_JS = "needs_js"
    INCOMPLETE = "incomplete"
    TOO_LARGE = "too_large"
    BLOCKED = "blocked"
    THROTTLED = "throttled"
    LOGIN = "login"
    MAINTENANCE = "maintenance"
    TLS_ERROR = "tls_error"
    UNREACHABLE = "unreachable"
    ROBOTS_DISALLOWED = "robots_disallowed"


class Protection(StrEnum):
    """Which product blocked us; says who to ask for permission, never how to get around it."""

    RUISHU = "ruishu"
    JIASULE = "jiasule"
    ALIYUN = "aliyun"
    SLIDER = "slider"
    OTHER = "other"


class EventKind(StrEnum):
    """What can happen to a report or a portal."""

    COLLECTED = "collected"
    PUBLISHED = "published"
    REVISED = "revised"
    EDITED = "edited"
    CORRECTED = "corrected"
    DISAPPEARED = "disappeared"
    WITHDRAWN = "withdrawn"
    REAPPEARED = "reappeared"
    OVERDUE = "overdue"
    LATE = "late"
    PORTAL_BLOCKED = "portal_blocked"
    PORTAL_SILENT = "portal_silent"
    PORTAL_CHANGED = "portal_changed"
    PARSE_REGRESSED = "parse_regressed"
    INTEGRITY_FAILED = "integrity_failed"
    WATCH_IMPAIRED = "watch_impaired"


class TableVerdict(StrEnum):
    """How far the values of one table can be trusted."""

    VERIFIED = "verified"
    FLAGGED = "flagged"
    REFUSED = "refused"
    ABSENT = "absent"


class ReportVerdict(StrEnum):
    """The worst verdict of the tables that are there, or why there is none."""

    VERIFIED = "verified"
    FLAGGED = "flagged"
    REFUSED = "refused"
    NARRATIVE = "narrative"
    NEEDS_OCR = "needs_ocr"
    NOT_A_REPORT = "not_a_report"
    UNREADABLE = "unreadable"


class Evidence(StrEnum):
    """What stands behind a verified table: identities that bind its values, or the labelled cells alone."""

    PROVEN = "proven"
    READ = "read"


class CellState(StrEnum):
    """What a cell prints. Only `number` has a value; the others are not zero."""

    NUMBER = "number"
    BLANK = "blank"
    DASH = "dash"
    SLASH = "slash"
    NONE_WORD = "none_word"
    TEXT = "text"
    UNPARSED = "unparsed"


class ReadMethod(StrEnum):
    """How a value found its id."""

    LABEL = "label"
    ORDINAL = "ordinal"
    PROOF = "proof"
    OCR = "ocr"


class Fault(StrEnum):
    """Who is to blame for a finding."""

    SOURCE = "source"
    EXTRACTION = "extraction"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How much a failed check weighs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class AgencyYearStatus(StrEnum):
    """What is known about one agency's report of one year."""

    ON_TIME = "on_time"
    LATE = "late"
    PENDING = "pending"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"
    NOT_EXPECTED = "not_expected"


class VersionReason(StrEnum):
    """Why a version of a report exists."""

    FIRST = "first"
    FIGURES = "figures"
    TEXT = "text"
    PARTS = "parts"
