"""The tree of a search for the column, drawn."""

from urllib.parse import urlsplit

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from spiders.discovery import Discovery, Node

ROLE_STYLE = {"column": "bold green", "year": "cyan", "level": "cyan", "list": "cyan", "start": "bold"}
MOST_ELSEWHERE = 12


def drawn(found: Discovery) -> RenderableType:
    """The pages as a tree with their counts, states and reasons, and what it came to."""
    starts = {node.url for node in found.columns}
    tree = Tree(_label(found.root, starts))
    _grow(tree, found.root, starts)
    parts: list[RenderableType] = [tree]
    if found.elsewhere:
        shown = list(found.elsewhere.items())[:MOST_ELSEWHERE]
        told = ", ".join(f"{name} {host}" for host, name in shown)
        rest = len(found.elsewhere) - len(shown)
        more = f" and {rest} more" if rest else ""
        parts.append(Text(f"other hosts that it leads to, not read: {told}{more}", style="dim"))
    parts += [Text(f"site search: {said}", style="dim") for said in found.searched]
    requests = ", ".join(f"{host} {number}" for host, number in found.requests.items()) or "none"
    parts.append(Text(f"requests per host: {requests}; ended because: {found.stop}", style="dim"))
    reports = sum(node.reports_below for node in found.columns)
    if found.columns:
        named = "1 column" if len(found.columns) == 1 else f"{len(found.columns)} columns"
        told = f"{named}, {reports} reports on the first pages of their lists"
        parts.append(Text(told, style="bold green"))
    else:
        parts.append(Text("no column of annual reports was found", style="bold yellow"))
    return Group(*parts)


def _grow(tree: Tree, node: Node, starts: set[str]) -> None:
    for child in node.children:
        _grow(tree.add(_label(child, starts)), child, starts)


def _label(node: Node, starts: set[str]) -> Text:
    text = Text(node.title or "(no title)", style=ROLE_STYLE.get(node.role, ""))
    parts = urlsplit(node.url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    text.append(f"  {node.url if node.role == 'start' else path}", style="dim")
    if node.state is None:
        text.append(f"  {node.why or 'not read'}", style="dim")
        return text
    if node.state.value != "ok":
        text.append(f"  {node.state.value}{f' ({node.why})' if node.why else ''}", style="yellow")
    if node.reports:
        text.append(f"  {node.reports} report{'s' if node.reports > 1 else ''}")
        if node.rows > node.reports:
            text.append(f" of {node.rows} rows")
        text.append(f"{_years(node)}{', more pages' if node.more else ''}, {node.family}", style="dim")
    elif node.in_column and not node.children:
        text.append("  nothing of ours on it", style="yellow")
    if node.url in starts:
        text.append("  ← start here", style="bold green")
    return text


def _years(node: Node) -> str:
    years = sorted(node.years)
    if not years:
        return ""
    return f" {years[0]}" if len(years) == 1 else f" {years[0]}–{years[-1]}"
