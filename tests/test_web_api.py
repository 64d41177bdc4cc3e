"""The API: its answers are those of its description, whatever is asked."""

import json
import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.exploring import CELL, FINANCE, LABOUR, Explorer, explored, explorer

EXAMPLES = int(os.environ.get("GONGKAI_SCHEMATHESIS", "12"))
"""Of each operation; `make schemathesis` asks many more."""
HOST = {"host": "localhost"}
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Explorer:
    folder = tmp_path_factory.mktemp("explored")
    return explorer(explored(folder / "archive"), folder, requests_per_minute=1_000_000)


def test_no_question_breaks_what_is_described(site: Explorer) -> None:
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", site.client.app, headers=HOST)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == 9
    for operation in operations:

        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            case.call_and_validate(headers=HOST, checks=CHECKS)

        ask()


def test_reports_are_counted_filtered_and_given_as_csv(site: Explorer) -> None:
    told = site.client.get("/api/v1/reports", params={"year": ["2023", "2024"], "verdict": "verified"}).json()
    assert told["total"] == 4
    assert told["exact"] is True
    assert told["facets"]["year"]["2023"] == 2
    lines = site.client.get("/api/v1/reports", params={"format": "csv", "limit": 3})
    assert lines.headers["content-type"].startswith("text/csv")
    assert len(lines.text.splitlines()) == 4
    cursor = lines.headers["x-next-cursor"]
    rest = site.client.get("/api/v1/reports", params={"format": "csv", "limit": 200, "after": cursor})
    assert len(rest.text.splitlines()) == 12


def test_a_version_is_the_public_json(site: Explorer) -> None:
    name = site.report_id(FINANCE, 2023)
    told = site.client.get(f"/api/v1/reports/{name}/versions/2").json()
    assert told["values"][CELL] == 4321
    assert told["cells"][CELL]["raw"] == "4321"
    assert told["report_id"] == name
    detail = site.client.get(f"/api/v1/reports/{name}").json()
    assert [v["n"] for v in detail["versions"]] == [1, 2]
    assert [v["reason"] for v in detail["versions"]] == ["first", "figures"]
    (changed,) = site.client.get(f"/api/v1/reports/{name}/diff", params={"a": 1, "b": 2}).json()["cells"]
    assert (changed["id"], changed["to"]) == (CELL, 4321)


def test_figures_are_compared_with_their_reports(site: Explorer) -> None:
    agency = site.report_id(FINANCE, 2023).split("-")[0]
    asked = {"agency": agency, "figure": CELL}
    (line,) = site.client.get("/api/v1/compare", params=asked).json()["lines"]
    assert {p["year"]: p["value"] for p in line["points"]}[2023] == 4321
    lines = site.client.get("/api/v1/compare", params={**asked, "format": "csv"}).text.splitlines()
    assert len(lines) == 1 + 7
    assert site.client.get("/api/v1/compare", params={**asked, "figure": "no.such"}).status_code == 400


def test_agencies_coverage_events_and_portals_are_there(site: Explorer) -> None:
    (found,) = site.client.get("/api/v1/agencies", params={"q": "人社"}).json()["items"]
    assert (found["name"], found["years"]) == (LABOUR, 7)
    (place,) = site.client.get("/api/v1/coverage").json()["items"]
    assert place["years"]["2023"] == 2
    kinds = [e["kind"] for e in site.client.get("/api/v1/events").json()["items"]]
    assert sorted(kinds) == ["disappeared", "published", "revised"]
    everything: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = {"baseline": "true", "limit": "5", **({"after": cursor} if cursor else {})}
        page = site.client.get("/api/v1/events", params=asked).json()
        everything += [e["id"] for e in page["items"]]
        cursor = page["next"]
    assert len(everything) == len(set(everything)) == 16
    portals = site.client.get("/api/v1/portals").json()["items"]
    assert [(p["portal"], p["last"] is None) for p in portals] == [("example", False), ("waiting", True)]


def test_the_api_only_reads(site: Explorer) -> None:
    for path, told in site.client.get("/api/v1/openapi.json").json()["paths"].items():
        assert list(told) == ["get"], path
    assert site.client.delete("/api/v1/reports").status_code == 405
    assert json.loads(site.client.get("/api/v1/nothing").text)["error"]["status"] == 404


def told(site: Explorer, method: str, **params: object) -> Any:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return site.client.post("/mcp", json=message).json()


def test_a_language_model_has_the_same_questions_as_tools(site: Explorer) -> None:
    assert told(site, "initialize", protocolVersion="2025-03-26")["result"]["protocolVersion"] == "2025-03-26"
    tools = {tool["name"]: tool for tool in told(site, "tools/list")["result"]["tools"]}
    assert set(tools) == {
        "reports",
        "report",
        "version",
        "diff",
        "agencies",
        "compared",
        "coverage",
        "events",
        "portals",
    }
    assert tools["diff"]["inputSchema"]["required"] == ["report_id", "a", "b"]
    found = told(site, "tools/call", name="reports", arguments={"q": "财政", "year": ["2022"]})["result"]
    assert json.loads(found["content"][0]["text"])["total"] == 1
    name = site.report_id(FINANCE, 2023)
    read = told(site, "tools/call", name="version", arguments={"report_id": name, "n": 2})["result"]
    assert json.loads(read["content"][0]["text"])["values"][CELL] == 4321
    lost = told(site, "tools/call", name="report", arguments={"report_id": "../../portals"})["result"]
    assert lost["isError"] is True


def test_a_message_that_makes_no_sense_is_answered_by_the_protocol(site: Explorer) -> None:
    assert told(site, "no/such")["error"]["code"] == -32601
    assert told(site, "tools/call", name="erase")["error"]["code"] == -32602
    assert site.client.post("/mcp", content=b"{").json()["error"]["code"] == -32700
    assert site.client.post("/mcp", json=[1]).json()["error"]["code"] == -32600
    assert site.client.post("/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"}).status_code == 202
    assert site.client.post("/mcp", content=b"x" * 30_000).status_code == 413
    assert site.client.post("/mcp", json={}, headers={"origin": "http://evil.example"}).status_code == 403
    assert site.client.get("/mcp").status_code == 405
