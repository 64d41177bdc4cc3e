"""The files under infra/ by which gongkai is installed: they parse, and keep to what the documentation promises."""

import configparser
import copy
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from flows.configuration import unknown_settings
from flows.plan import Share

INFRA = Path(__file__).parents[1] / "infra"
DOCKERFILE = (INFRA / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((INFRA / "compose.yml").read_text(encoding="utf-8"))
KUBERNETES = list(yaml.safe_load_all((INFRA / "kubernetes" / "gongkai.yml").read_text(encoding="utf-8")))
OURS = ("prefect", "setup", "worker", "explorer")


def test_the_image_is_nobodys_and_locked() -> None:
    lines = [line for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
    last_user = [line for line in lines if line.startswith("USER ")][-1]
    assert re.fullmatch(r"USER \d{4,}:\d{4,}", last_user), "a number, so that Kubernetes can see that it is not root"
    assert lines.index(last_user) < next(n for n, line in enumerate(lines) if line.startswith("ENTRYPOINT"))
    assert "--require-hashes" in DOCKERFILE
    assert not any(line.startswith("ADD ") or ":latest" in line for line in lines)
    assert "--no-sandbox" not in "".join(lines)
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        assert all((INFRA.parent / name).exists() for name in copied.split()), copied


def _instructions() -> list[tuple[str, str]]:
    """(instruction, its words) of the Dockerfile, lines that go on put together."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    return [
        (name, " ".join(rest.split())) for name, _, rest in (line.partition(" ") for line in text.splitlines()) if name
    ]


def test_the_image_is_pinned_small_and_writes_to_its_volume_alone() -> None:
    said = _instructions()
    stages = [at for at, (name, _) in enumerate(said) if name == "FROM"]
    bases = [said[at][1].partition(" AS ")[0] for at in stages]
    assert all(re.fullmatch(r"python:3\.\d+-slim-[a-z]+", base) for base in bases), bases
    last = said[stages[-1] :]
    installs = [words for name, words in last if name == "RUN"]
    assert all("--no-install-recommends" in words and "rm -rf /var/lib/apt/lists/*" in words for words in installs)
    environment = dict(re.findall(r"(\w+)=(\S+)", " ".join(words for name, words in last if name == "ENV")))
    assert [words for name, words in last if name == "VOLUME"] == ["/data"]
    for place in ("HOME", "PREFECT_HOME", "GONGKAI_CACHE"):
        assert environment[place].startswith("/data"), "the root is read-only"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environment["DO_NOT_TRACK"] == "1"
    # Lists, so that signals reach the program and no shell stands between.
    assert [json.loads(words) for name, words in last if name in ("ENTRYPOINT", "CMD")] == [
        ["tini", "--", "gongkai"], ["doctor"]
    ]  # fmt: skip
    assert not [words for _, words in said if re.search(r"\b(curl|wget|sudo)\b|chmod 777", words)]


def _complaints_of_compose(text: str, folder: Path) -> str:
    """What the schema of the Compose Specification has against a file; empty for nothing."""
    (folder / "compose.yml").write_text(text, encoding="utf-8")
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(folder / "compose.yml")]
    told = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    return "" if told.returncode == 0 else told.stdout + told.stderr


def test_compose_keeps_to_the_specification(tmp_path: Path) -> None:
    text = (INFRA / "compose.yml").read_text(encoding="utf-8")
    assert _complaints_of_compose(text, tmp_path) == ""
    assert "read_onli" in _complaints_of_compose(text.replace("read_only: true", "read_onli: true"), tmp_path)


@pytest.mark.parametrize("version", ["1.30", "1.37"])
def test_kubernetes_knows_every_field(version: str) -> None:
    for one in KUBERNETES:
        assert kubernetes_validate.validate(one, version, strict=True) in (version, f"{version}.0"), one["kind"]
    slip = copy.deepcopy(next(one for one in KUBERNETES if one["kind"] == "Deployment"))
    slip["spec"]["template"]["spec"]["securityContext"]["runAsNonRot"] = True
    with pytest.raises(kubernetes_validate.ValidationError, match="runAsNonRot"):
        kubernetes_validate.validate(slip, version, strict=True)


@pytest.mark.parametrize("name", OURS)
def test_each_service_of_compose_is_locked(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_compose_asks_for_a_login_and_publishes_on_loopback_only() -> None:
    services = COMPOSE["services"]
    assert "PREFECT_SERVER_API_AUTH_STRING" in services["prefect"]["environment"]
    assert "PREFECT_API_AUTH_STRING" in services["worker"]["environment"]
    assert "postgresql+asyncpg://" in services["prefect"]["environment"]["PREFECT_API_DATABASE_CONNECTION_URL"]
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_is_written_down() -> None:
    text = (INFRA / "compose.yml").read_text(encoding="utf-8")
    for name in ("POSTGRES_PASSWORD", "S3_SECRET", "PREFECT_AUTH", "WEB_PASSWORD"):
        assert f"${{{name}:?" in text
        assert f"\n{name}=\n" in "\n" + (INFRA / "example.env").read_text(encoding="utf-8")
    secret = [e for pod in _pods() for c in pod["containers"] for e in c.get("env", []) if "AUTH" in e["name"]]
    assert secret
    assert all("secretKeyRef" in one["valueFrom"] for one in secret)


def _pods() -> list[dict[str, Any]]:
    return [one["spec"]["template"]["spec"] for one in KUBERNETES if one["kind"] == "Deployment"]


def test_pods_are_nobodys_and_locked() -> None:
    assert len(_pods()) == 2
    for pod in _pods():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            volumes = {volume["name"] for volume in pod["volumes"]}
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes


def test_the_settings_in_these_files_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    text = "".join(path.read_text(encoding="utf-8") for path in INFRA.glob("*/*.service")) + DOCKERFILE
    text += (INFRA / "compose.yml").read_text() + (INFRA / "kubernetes" / "gongkai.yml").read_text()
    before = set(unknown_settings())
    for name in set(re.findall(r"\bGONGKAI_[A-Z0-9_]+", text)) - {"GONGKAI_CONFIG"}:
        monkeypatch.setenv(name, "x")
    assert set(unknown_settings()) == before


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
@pytest.mark.parametrize("unit", sorted(p.name for p in (INFRA / "systemd").iterdir()))
def test_systemd_understands_the_unit(unit: str, tmp_path: Path) -> None:
    for path in (INFRA / "systemd").iterdir():
        # The program is not installed where the tests run; whether it is there is all that is left out.
        text = path.read_text(encoding="utf-8").replace("/opt/gongkai/bin/gongkai", "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / unit)], capture_output=True, text=True, check=False
    )
    assert not [line for line in told.stderr.splitlines() if unit in line], told.stderr


def test_units_are_locked() -> None:
    for path in (INFRA / "systemd").glob("*.service"):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read_string(path.read_text(encoding="utf-8"))
        wanted = {"DynamicUser": "yes", "ProtectSystem": "strict", "NoNewPrivileges": "yes", "UMask": "0077"}
        assert {name: unit["Service"][name] for name in wanted} == wanted


def test_prefect_yaml_visits_who_is_due() -> None:
    deployment, reparse = yaml.safe_load((INFRA / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert (reparse["parameters"], reparse["schedules"]) == ({"engine": "processes"}, [])
    assert deployment["parameters"] == {"due": True}
    shares = [schedule["parameters"]["share"] for schedule in deployment["schedules"]]
    assert [Share.parse(share) for share in shares] == [Share(1, 3), Share(2, 3), Share(3, 3)]
    assert deployment["concurrency_limit"] == {"limit": 3, "collision_strategy": "CANCEL_NEW"}
    assert json.dumps(deployment).count("password") == 0
