"""All checks, in the order in which one would mend what is broken."""

from model.errors import GongkaiError, group_of

from ..settings import Settings
from .check import Check
from .machine import check_browser, check_extras, check_prefect
from .setup import check_alerts, check_configuration, check_contact, check_portals, check_signing_key
from .store import check_store
from .watched import check_collector, check_metrics


def examine(address: str | None = None) -> list[Check]:
    """Examine this installation with the store at an address, else that of the settings."""
    checks = [*check_extras()]
    try:
        settings = Settings()
    except GongkaiError as error:
        return [*checks, Check("configuration", "broken", f"{error}.", "Mend that setting; the rest waits for it.")]
    checks += [check_configuration(), check_contact(settings), check_portals(settings), check_alerts(settings)]
    checks += [check_signing_key(settings), check_browser(settings), *check_prefect()]
    checks += [check_metrics(settings), check_collector(settings)]
    try:
        return [*checks, *check_store(address or settings.store, settings)]
    except GongkaiError as error:
        mend = "Start the store, or try again later." if group_of(error) == "Temporary" else ""
        return [*checks, Check("store", "broken", f"{error}.", mend)]
