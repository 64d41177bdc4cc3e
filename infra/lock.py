"""requirements.lock: pins with hashes for every platform, without an index address, from pyproject.toml.

`python -m infra.lock` writes it; `--check` says whether pyproject.toml still agrees with it, without the network.
"""

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.M)


def write() -> int:
    """Resolve anew with uv; the pins already in the lock are kept where they still fit."""
    command = (
        "uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header"
        " --no-emit-index-url --no-annotate --extra all -o requirements.lock pyproject.toml"
    )
    return subprocess.run([sys.executable, "-m", *command.split()], check=False).returncode


def required() -> list[Requirement]:
    """Every requirement of pyproject.toml but the references of one extra to another."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return [r for r in map(Requirement, lines) if r.name != "gongkai"]


def complaints() -> list[str]:
    """What does not fit: a requirement without a fitting pin, an index address, another installed version."""
    text = Path("requirements.lock").read_text(encoding="utf-8")
    pins: dict[str, set[str]] = {}
    for name, version in PIN.findall(text):
        pins.setdefault(canonicalize_name(name), set()).add(version)
    found = [f"{line} stands in the lock" for line in re.findall(r"^.*(?:--index-url|--find-links|://).*$", text, re.M)]
    for requirement in required():
        name = canonicalize_name(requirement.name)
        if name not in pins:
            found.append(f"{requirement} has no pin")
            continue
        found += [f"{name}=={v} does not satisfy {requirement}" for v in pins[name] if v not in requirement.specifier]
        if (have := metadata.version(name)) not in pins[name]:
            found.append(f"{name} {have} is installed, the lock says {', '.join(sorted(pins[name]))}")
    return found


def main() -> int:
    if "--check" not in sys.argv[1:]:
        return write()
    found = complaints()
    for complaint in found:
        sys.stderr.write(f"requirements.lock: {complaint}\n")
    if found:
        sys.stderr.write("run: make lock && make setup\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
