"""Headers, ETags, rate limits, login, and the one thing that a reader may write."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from model.findings import Adjudication
from storage.archive import Archive
from tests.exploring import CELL, FINANCE, LABOUR, TOTAL, Explorer, explored, explorer
from web.guarding import Rate
from web.login import Login


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return explored(tmp_path_factory.mktemp("explored") / "archive")


@pytest.fixture
def site(archive: Archive, tmp_path: Path) -> Explorer:
    return explorer(archive, tmp_path)


def test_every_answer_carries_the_policy_that_lets_nothing_else_in(site: Explorer) -> None:
    for path in ("/", "/nothing", "/search", "/api/v1/reports", "/events.atom", "/static/app.js"):
        headers = site.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert policy.endswith("frame-src http://localhost:9")
        assert headers["x-content-type-options"] == "nosniff"


def test_originals_may_run_nothing_and_be_framed_by_the_pages_alone(site: Explorer) -> None:
    answer = site.originals.get(f"/{site.report_id(LABOUR, 2022)}/1/0")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    for rule in (
        "default-src 'none'",
        "sandbox;",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors http://localhost",
    ):
        assert rule in policy
    assert "script-src" not in policy
    assert "set-cookie" not in answer.headers


def test_what_a_reader_has_is_not_sent_again(site: Explorer) -> None:
    for path in ("/", f"/reports/{site.report_id(FINANCE, 2022)}", "/api/v1/reports", "/events.atom"):
        first = site.client.get(path)
        again = site.client.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path
        other = site.client.get(path, headers={"if-none-match": first.headers["etag"], "accept-language": "en"})
        assert other.status_code == (304 if path.startswith(("/api", "/events")) else 200)
    packed = site.client.get("/api/v1/reports", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "immutable" in site.client.get("/static/style.css").headers["cache-control"]


def test_a_reader_who_asks_too_often_waits_and_others_do_not() -> None:
    now = [0.0]
    rate = Rate(3, 60, clock=lambda: now[0])
    assert [rate.wait("a") for _ in range(4)] == [0, 0, 0, pytest.approx(20)]
    assert rate.wait("b") == 0
    now[0] = 20.1
    assert rate.wait("a") == 0
    assert rate.wait("a") > 0


def test_the_api_answers_429_with_the_time_to_wait(archive: Archive, tmp_path: Path) -> None:
    site = explorer(archive, tmp_path, requests_per_minute=2)
    statuses = [site.client.get("/api/v1/portals").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    answer = site.client.get("/api/v1/portals")
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["error"]["status"] == 429
    assert site.client.get("/").status_code == 200


def test_a_private_installation_lets_in_who_knows_the_password(archive: Archive, tmp_path: Path) -> None:
    site = explorer(archive, tmp_path, password="开门")
    answer = site.client.get("/?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?lang=en")
    assert site.client.get("/api/v1/reports").status_code == 401
    assert site.client.get("/static/style.css").status_code == 200
    assert site.client.post("/login", data={"password": "wrong"}).status_code == 403
    entered = site.client.post("/login", data={"password": "开门"})
    assert entered.status_code == 303
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    name = site.report_id(FINANCE, 2022)
    page = site.client.get(f"/reports/{name}").text
    frame = page.split(f"http://localhost:9/{name}/1/0")[1].split('"')[0]
    assert frame.startswith("?pass=")
    assert site.originals.get(f"/{name}/1/0{frame}").status_code == 200
    assert site.originals.get(f"/{name}/1/0").status_code == 403
    other = site.report_id(FINANCE, 2021)
    assert site.originals.get(f"/{other}/1/0{frame}").status_code == 403
    site.client.cookies.clear()
    assert site.client.get("/api/v1/reports", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert site.client.get("/api/v1/reports", headers={"authorization": "Bearer x"}).status_code == 401


def test_a_login_of_another_password_or_time_holds_no_longer() -> None:
    login = Login("one")
    assert login.holds(login.cookie())
    assert not Login("two").holds(login.cookie())
    assert not login.holds(login.signed("1000.abcd"))
    assert not login.holds("9999999999.abcd." + "0" * 64)
    assert not login.holds(None)
    assert login.lets("/a/1/0", login.pass_for("/a/1/0"))
    assert not login.lets("/b/1/0", login.pass_for("/a/1/0"))
    assert not login.lets("/a/1/0", login.cookie())


def test_who_guesses_passwords_is_stopped(archive: Archive, tmp_path: Path) -> None:
    site = explorer(archive, tmp_path, password="p", errata_per_hour=3)
    statuses = [site.client.post("/login", data={"password": "x"}).status_code for _ in range(4)]
    assert statuses == [403, 403, 403, 429]


def test_an_erratum_lands_in_review_and_is_closed_by_a_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = explored(tmp_path / "archive")
    site = explorer(archive, tmp_path)
    name = site.report_id(FINANCE, 2022)
    told = {"cell": CELL, "v": "1", "should_be": "17", "why": "一看便知", "contact": "r@example.org"}
    answer = site.client.post(f"/reports/{name}/errata", data=told, headers={"origin": "http://localhost"})
    assert answer.status_code == 303
    page = site.client.get(answer.headers["location"]).text
    assert "谢谢" in page
    assert "r@example.org" not in page
    (erratum,) = archive.errata()
    assert (erratum.report_id, erratum.cell, erratum.should_be, erratum.why) == (name, CELL, "17", "一看便知")
    assert erratum.manifest == archive.version(name, 1).manifest.digest

    monkeypatch.setenv("GONGKAI_STORE", str(tmp_path / "archive"))

    def review(*more: str) -> list[dict[str, object]]:
        lines = CliRunner().invoke(app, ["review", "--json", *more]).stdout.splitlines()
        return [json.loads(line) for line in lines]

    assert {case["report_id"]: case["errata"] for case in review()}[name] == 1
    (case,) = review(FINANCE, "2022")
    assert [c["reader_says"] for c in case["cells"] if c["cell"] == CELL] == ["17"]  # type: ignore[attr-defined, index]
    archive.add_adjudication(
        name,
        lambda n: Adjudication(report_id=name, n=n, manifest=erratum.manifest, cell=CELL, decision="as_printed",
                               why="it stands so", by="me", at=erratum.at.replace(year=erratum.at.year + 1)),
    )  # fmt: skip
    assert name not in [case["report_id"] for case in review()]


def test_an_erratum_is_refused_where_it_makes_no_sense(archive: Archive, tmp_path: Path) -> None:
    site = explorer(archive, tmp_path, errata_per_hour=8)
    path = f"/reports/{site.report_id(LABOUR, 2023)}/errata"
    good = {"cell": TOTAL, "should_be": "1"}

    def status(data: object, **headers: str) -> int:
        return site.client.post(
            path, data=data, headers={k.replace("_", "-"): v for k, v in headers.items()}
        ).status_code  # type: ignore[arg-type]

    assert status(good, origin="http://evil.example") == 403
    assert status(good, sec_fetch_site="cross-site") == 403
    assert status({"cell": "no.such", "should_be": "1"}) == 400
    assert status({"cell": TOTAL, "should_be": "  "}) == 400
    assert status({**good, "why": "x" * 30_000}) == 413
    assert site.client.post(path, json=good).status_code == 400
    assert archive.errata() == []
    assert [status(good) for _ in range(4)].count(303) == 4
    assert status(good) == 429
    closed = explorer(archive, tmp_path, errata=False)
    assert closed.client.post(path, data=good).status_code == 403
    assert "/errata" not in closed.client.get(f"/reports/{site.report_id(LABOUR, 2023)}?cell={TOTAL}").text
