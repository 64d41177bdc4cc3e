"""Layouts that print the figures in another way: digits, signs, units, and what stands for zero."""

from random import Random

from infra.simulator.reports.article import Article, Cell
from infra.simulator.reports.draft import Draft, Registry
from infra.simulator.reports.html import write_html
from model.vocabulary import CellState

LAYOUTS = Registry()


def _zeros_as(article: Article, texts: list[str], state: CellState, chance: Random) -> Draft:
    text = chance.choice(texts)
    for cell in article.values():
        if cell.value == 0:
            cell.print_nothing(text, state)
    return Draft(write_html(article))


@LAYOUTS.add("blank_zeros")
def blank_zeros(article: Article, chance: Random) -> Draft:
    """Zeros left blank, or a no-break space."""
    return _zeros_as(article, ["", "\u00a0"], CellState.BLANK, chance)


@LAYOUTS.add("slash_zeros")
def slash_zeros(article: Article, chance: Random) -> Draft:
    """Zeros crossed out."""
    return _zeros_as(article, ["/", "／", "\\"], CellState.SLASH, chance)


@LAYOUTS.add("dash_zeros")
def dash_zeros(article: Article, chance: Random) -> Draft:
    """Zeros as some kind of dash."""
    return _zeros_as(article, ["-", "--", "—", "——", "－"], CellState.DASH, chance)


@LAYOUTS.add("none_word_zeros")
def none_word_zeros(article: Article, chance: Random) -> Draft:
    """Zeros as a word for none."""
    return _zeros_as(article, ["无", "无。", "暂无", "不涉及"], CellState.NONE_WORD, chance)


@LAYOUTS.add("thousands")
def thousands(article: Article, chance: Random) -> Draft:
    """Separators between groups of three digits."""
    separator = chance.choice([",", "，", " "])
    for cell in article.values():
        if cell.value is not None and abs(cell.value) >= 1_000:
            cell.print_number(f"{cell.value:,}".replace(",", separator))
    return Draft(write_html(article))


@LAYOUTS.add("units")
def units(article: Article, chance: Random) -> Draft:
    """Units inside the cells. Money keeps its number: 万元 where the form says so, 元 where it says nothing."""
    for cell in article.values():
        unit = _unit(cell, chance)
        if unit and chance.random() < 0.8:
            cell.print_number(f"{cell.text}{unit}", unit)
    return Draft(write_html(article))


def _unit(cell: Cell, chance: Random) -> str:
    leaf = (cell.id or "").rpartition(".")[2]
    if leaf == "amount_wan_yuan":
        return "万元"
    if leaf == "amount":
        return chance.choice(["元", "万元"])
    return chance.choice(["项", "项", "个"]) if leaf in {"items_last_year", "projects"} else "件"


@LAYOUTS.add("decimals_signs")
def decimals_signs(article: Article, chance: Random) -> Draft:
    """Signed changes in the spellings met, money with decimals even where they are zero."""
    for cell in article.values():
        leaf, value = (cell.id or "").rpartition(".")[2], cell.value
        if value is None:
            continue
        if leaf == "items_change" and value > 0:
            cell.print_number(chance.choice(["+{}", "＋{}", "增{}", "增加{}"]).format(value))
        elif leaf == "items_change" and value < 0:
            cell.print_number(chance.choice(["-{}", "－{}", "减{}", "减少{}"]).format(-value))
        elif leaf in {"amount", "amount_wan_yuan"} and value == int(value):
            cell.print_number(f"{value}.{'0' * chance.choice([1, 2, 4])}")
    return Draft(write_html(article))


@LAYOUTS.add("notes_in_cells")
def notes_in_cells(article: Article, chance: Random) -> Draft:
    """Explanations behind numbers and labels: 22（其中修订16件）."""
    for cell in article.values():
        if isinstance(cell.value, int) and cell.value > 1 and chance.random() < 0.25:
            part = chance.randint(1, cell.value - 1)
            note = chance.choice(["（其中修订{}件）", "（含上级转来{}件）", "(其中网上{}件)"])
            cell.print_number(cell.text + note.format(part))
    notes = {
        "规章": "（仅由有立法权的市填写）",
        "规范性文件": "（以本机关名义印发）",
        "行政规范性文件": "（以本机关名义印发）",
        "上一年项目数量": "（指上年末事项数）",
        "行政许可": "（不含备案）",
        "2.重复申请": "（同一申请人）",
    }
    for cell in article.labels():
        if cell.text in notes and chance.random() < 0.7:
            cell.text += notes[cell.text]
    return Draft(write_html(article))
