"""All layouts by name. Each is one small function; a report passes through exactly one of them."""

from infra.simulator.reports.draft import Layout, Registry
from infra.simulator.reports.layouts import figures, markup, shown, structure, text, wording

LAYOUTS: dict[str, Layout] = Registry()
for _module in (markup, structure, wording, figures, shown, text):
    LAYOUTS |= _module.LAYOUTS

HTML_LAYOUTS: tuple[str, ...] = tuple(name for name, layout in LAYOUTS.items() if not layout.is_text)
TEXT_LAYOUTS: tuple[str, ...] = tuple(name for name, layout in LAYOUTS.items() if layout.is_text)
