"""The command `gongkai`: a thin skin; every verb is a call of one function in `flows.commands`."""

import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from flows.commands import (
    add,
    alerts,
    audit,
    catalogue,
    cite,
    collect,
    config,
    coverage,
    demo,
    deploy,
    diff,
    doctor,
    export,
    init,
    keys,
    listing,
    parse,
    pull,
    release,
    reparse,
    replicate,
    restrict,
    review,
    seal,
    search,
    serve,
    show,
    take_in,
    trace,
    up,
    verify,
    withdrawn,
)
from flows.commands.portals import app as portals
from model.errors import BadQuery, GongkaiError, Restricted, group_of

app = typer.Typer(
    name="gongkai",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    epilog="Start with: gongkai demo    Then: gongkai list, gongkai show 天津 人社 2022",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"gongkai {version('gongkai')}")
        raise typer.Exit


@app.callback()
def gongkai(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Collects, keeps, reads and watches China's annual reports on open government information (政府信息公开年报)."""


app.command(epilog=parse.EPILOG)(parse.parse)
app.command(epilog=collect.EPILOG)(collect.collect)
app.command(epilog=add.EPILOG)(add.add)
app.command("list", epilog=listing.EPILOG)(listing.list_reports)
app.command(epilog=show.EPILOG)(show.show)
app.command(epilog=diff.EPILOG)(diff.diff)
app.add_typer(portals.app, name="portals", help="List portals, find their columns, see what runs saw of them.")
app.command(epilog=search.EPILOG)(search.search)
app.command(epilog=catalogue.EPILOG)(catalogue.catalogue)
app.command(epilog=coverage.EPILOG)(coverage.coverage)
app.command(epilog=alerts.EPILOG)(alerts.alerts)
app.command(epilog=init.EPILOG)(init.init)
app.command(epilog=audit.EPILOG)(audit.audit)
app.command(epilog=seal.EPILOG)(seal.seal)
app.command(epilog=verify.EPILOG)(verify.verify)
app.add_typer(keys.app, name="keys")
app.command(epilog=withdrawn.EPILOG)(withdrawn.withdrawn)
app.command(epilog=restrict.EPILOG)(restrict.restrict)
app.command(epilog=replicate.EPILOG)(replicate.replicate)
app.command(epilog=review.EPILOG)(review.review)
app.command("reparse", epilog=reparse.EPILOG)(reparse.reparse_archive)
app.command(epilog=serve.EPILOG)(serve.serve)
app.command(epilog=up.EPILOG)(up.up)
app.command(epilog=deploy.EPILOG)(deploy.deploy)
app.command(epilog=doctor.EPILOG)(doctor.doctor)
app.add_typer(config.app, name="config")
app.command(epilog=export.EPILOG)(export.export)
app.add_typer(take_in.app, name="import")
app.command(epilog=release.EPILOG)(release.release)
app.command(epilog=pull.EPILOG)(pull.pull)
app.command("cite", epilog=cite.EPILOG)(cite.cite_figure)
app.command("trace", epilog=trace.EPILOG)(trace.trace_figure)
app.command()(demo.demo)

ADVICE = {
    "Temporary": "it may pass by itself: try again later",
    "NeedsReview": "a person has to look",
    "Misconfigured": "mend the set-up and start again",
}


def main() -> None:
    """Run the command; what gongkai can name becomes one sentence on standard error and exit code 1 (2: usage)."""
    try:
        app()
    except BadQuery as error:
        sys.stderr.write(f"gongkai: {error}\n")
        raise SystemExit(2) from None
    except Restricted as error:
        sys.stderr.write(f"gongkai: {error}\n")
        raise SystemExit(1) from None
    except GongkaiError as error:
        sys.stderr.write(f"gongkai: {error} ({ADVICE[group_of(error)]})\n")
        raise SystemExit(1) from None
    except BrokenPipeError:
        # Who read our output, `head` for example, has had enough. Nothing more is written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        sys.stderr.write("gongkai: stopped; what was acknowledged is kept, and the next run goes on from it\n")
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
