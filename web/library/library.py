"""The archive and its catalogue as readers ask for them."""

from web.library.agencies import Agencies
from web.library.happenings import Happenings
from web.library.one_report import OneReport
from web.library.searches import Searches
from web.library.visits import Visits


class Library(Searches, Happenings, OneReport, Agencies, Visits):
    """Reads only, but for errata. Safe from several threads; what it remembers is bounded.

    Whoever asks for a report that is withheld gets Restricted; listings leave it out.
    """
