"""`yanxin`: starts the server, and asks it things."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, Final

import click

from yanxin import __version__

# Loaded when called: whoever asks for a token does not wait for the server's imports.
COMMANDS: Final = {
    "get": "yanxin.client.commands",
    "say": "yanxin.client.commands",
    "serve": "yanxin.cli.serve",
    "tls": "yanxin.cli.tls",
    "user": "yanxin.cli.user",
}


class _Lazy(click.Group):
    """A group whose commands are imported when they are called or described."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted({*super().list_commands(context), *COMMANDS})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return super().get_command(context, name)
        command: click.Command = getattr(importlib.import_module(COMMANDS[name]), name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="yanxin")
@click.option("--data", metavar="DIR", help="The data folder. [env YANXIN_DATA; default: ./yanxin-data]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for programs.")
@click.pass_context
def cli(context: click.Context, data: str | None, as_json: bool) -> None:
    """Yanxin (雁信): an enterprise messenger that runs on your own machines.

    Exit codes: 0 fine, 1 the thing asked failed, 2 wrong use.
    """
    context.obj = {"data": data, "json": as_json, "environment": dict(os.environ)}


@cli.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []})
@click.pass_context
def bench(context: click.Context) -> None:
    """Measures this machine with this version; see `yanxin bench --help`. Needs a checkout."""
    try:
        from bench.command import main as run
    except ModuleNotFoundError:
        raise click.ClickException("The benchmarks are part of the sources: run this in a checkout.") from None
    run(args=context.args, prog_name="yanxin bench")


def main(arguments: list[str] | None = None) -> Any:
    """The console script."""
    # Whatever this process makes is this user's alone, also in a folder that others may look into.
    os.umask(0o077)
    # Chinese names are printed whatever the system's locale says.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    return cli(args=arguments, prog_name="yanxin")
