"""The forms as data: sizes, ids, the official grid, identities; and an invented form of one YAML file."""

import pytest

from model.errors import InvalidForm
from model.forms import load_forms, read_form
from parsers.align import align
from parsers.labels import LabelIndex
from parsers.readers.html import read_html

INVENTED = """
id: form2099
title: 假想格式
basis: 假想通知
years: {from: 2099}
tables:
  - id: rivers
    title: 河流情况
    width: 3
    label_width: 1
    markers: [清澈河段]
    blocks:
      - head: 河名
        columns:
          - {id: clear, label: 清澈河段, match: 清澈, unit: 段}
          - {id: muddy, label: 浑浊河段, match: 浑浊, unit: 段}
        rows:
          - {id: north, label: 北河}
          - {id: south, label: 南河}
          - {id: both, label: 合流}
checks:
  - id: RIVER-SUM
    severity: error
    each: {c: {columns: rivers}}
    place: rivers.both.<c>
    left: [rivers.both.<c>]
    relation: "="
    right: [rivers.north.<c>, rivers.south.<c>]
"""


@pytest.mark.parametrize(("form", "sizes"), [("form2021", (10, 175, 15)), ("form2019", (22, 161, 15))])
def test_forms_have_all_values(form: str, sizes: tuple[int, ...]) -> None:
    assert tuple(len(t.fields) for t in load_forms()[form].tables) == sizes


def test_the_grid_of_table_3_is_the_official_one() -> None:
    table = load_forms()["form2021"].table("applications")
    assert table is not None
    grid = table.grid()
    spans = [(c.text, c.colspan, c.rowspan) for c in grid[1]]
    assert spans == [("自然人", 1, 2), ("法人或其他组织", 5, 1), ("总计", 1, 2)]
    assert (grid[5][0].text, grid[5][0].rowspan, grid[5][1].text) == ("三、本年度办理结果", 22, "（一）予以公开")
    assert [c.field for row in grid for c in row if c.field] == [f.id for f in table.fields]


def test_identities_name_the_values_they_bind() -> None:
    identities = load_forms()["form2021"].identities
    (balance,) = [i for i in identities if i.rule == "APP-BALANCE" and i.place.endswith(".total.total")]
    assert balance.left == ("applications.new_received.total", "applications.carried_in.total")
    assert balance.right == ("applications.total.total", "applications.carried_out.total")
    (total,) = [i for i in identities if i.rule == "APP-SUM" and i.place.endswith(".total.natural_person")]
    assert len(total.right) == 21


def test_a_new_form_is_one_file_and_no_python() -> None:
    form = read_form(INVENTED, "form2099.yml")
    page = read_html(
        "<table><tr><td>河名</td><td>浑浊河段</td><td>清澈河段</td></tr><tr><td>北河</td><td>1</td><td>2</td></tr>"
        "<tr><td>南河</td><td>3</td><td>4</td></tr><tr><td>合流</td><td>4</td><td></td></tr></table>".encode()
    )
    placed = align(page, LabelIndex(form), None).placed
    assert {i: p.content.value for i, p in placed.items()} == {
        "rivers.north.clear": 2, "rivers.north.muddy": 1, "rivers.south.clear": 4,
        "rivers.south.muddy": 3, "rivers.both.clear": None, "rivers.both.muddy": 4,
    }  # fmt: skip


@pytest.mark.parametrize("broken", ["id: [", INVENTED.replace("rivers.south.<c>]", "rivers.west.<c>]"), "id: x"])
def test_a_broken_form_is_refused_with_its_name(broken: str) -> None:
    with pytest.raises(InvalidForm, match=r"form2099\.yml"):
        read_form(broken, "form2099.yml")
