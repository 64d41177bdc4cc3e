"""Damaged pages: no value is wrong in silence, and nine in ten of what is still printed stay usable."""

from random import Random

import pytest

from infra.simulator.reports import invent, render
from parsers import Part, parse_document
from tests.mutations import MUTATIONS
from tests.parse_answers import silent_errors, usable


def _hold(name: str, form: str, count: int, seed: int) -> None:
    shares = []
    for number, invented in enumerate(invent(count, form, seed)):
        document = render(invented, "clean", number)
        page, printed, lost = MUTATIONS[name](document.content.decode(), document, Random(seed + number))
        report = parse_document([Part("page", page.encode())])
        assert silent_errors(report, printed) == [], number
        for field_id in lost:
            read = report.values.get(field_id)
            vouched = read is not None and field_id not in report.suspect
            assert not vouched or read == document.values[field_id], (number, field_id, read)
        if name != "truncated":
            shares.append(usable(report, printed))
    assert not shares or sum(shares) / len(shares) >= 0.9


@pytest.mark.parametrize("form", ["form2021", "form2019"])
@pytest.mark.parametrize("name", list(MUTATIONS))
def test_damage_is_never_silent(name: str, form: str) -> None:
    _hold(name, form, 6, 3)


@pytest.mark.deep
@pytest.mark.parametrize("form", ["form2021", "form2019"])
@pytest.mark.parametrize("name", list(MUTATIONS))
def test_damage_is_never_silent_in_two_hundred_reports(name: str, form: str) -> None:
    _hold(name, form, 200, 900)


def test_one_wrong_figure_is_found_and_its_value_proposed() -> None:
    (invented,) = invent(1, "form2021", 8)
    document = render(invented, "clean")
    page, printed, _ = MUTATIONS["changed_figure"](document.content.decode(), document, Random(8))
    (changed,) = [i for i in printed if printed[i] != document.values[i]]
    report = parse_document([Part("page", page.encode())])
    assert report.values[changed] == printed[changed]
    assert changed in report.suspect
    assert (report.proposals[0].id, report.proposals[0].proposed) == (changed, document.values[changed])
