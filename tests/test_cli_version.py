"""What the command says of itself."""

from importlib.metadata import version

from typer.testing import CliRunner

from flows.cli import app


def test_the_version_is_told() -> None:
    told = CliRunner().invoke(app, ["--version"])
    assert (told.exit_code, told.output) == (0, f"gongkai {version('gongkai')}\n")
