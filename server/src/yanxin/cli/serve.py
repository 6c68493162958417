"""`yanxin serve`."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

import click
import msgspec
import segno
import uvloop

from yanxin.bootstrap.demo import Demo
from yanxin.bootstrap.demo.company import ADMIN, NAME, VISITOR
from yanxin.bootstrap.folder import CannotStart
from yanxin.bootstrap.serving import Serving
from yanxin.bootstrap.serving import serve as run
from yanxin.config import settings
from yanxin.telemetry import logs


@click.command()
@click.option("--data", metavar="DIR", help="The data folder. [env YANXIN_DATA; default: ./yanxin-data]")
@click.option("--listen", metavar="HOST:PORT", help="Where HTTPS is served. [env YANXIN_LISTEN; default: 0.0.0.0:8443]")
@click.option(
    "--redirect",
    metavar="HOST:PORT|off",
    help="Plain HTTP that redirects, and hands out the root certificate. [default: port 8080]",
)
@click.option(
    "--tls", metavar="auto|off|CERT,KEY", help="A certificate of our own making, none (loopback only), or yours."
)
@click.option("--database", metavar="URL", help="postgresql://… instead of SQLite in the data folder.")
@click.option(
    "--master-key", metavar="FILE", help="The key that data is sealed with. [default: the data folder's name and .key]"
)
@click.option("--web", metavar="DIR", help="The built web client. [default: the one that belongs to this version]")
@click.option("--demo", is_flag=True, help="Fill an empty data folder with a company of 200 to try things on.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON when it serves.")
@click.pass_context
def serve(context: click.Context, /, demo: bool, as_json: bool, **options: str | None) -> None:
    """Start the server."""
    asked: dict[str, Any] = context.obj
    options["data"] = options["data"] or asked["data"]
    as_json = as_json or asked["json"]
    logs.begin(is_terminal=sys.stderr.isatty())
    try:
        found = settings.read(options, asked["environment"])
    except settings.BadSetting as error:
        raise click.UsageError(str(error)) from error

    def ready(serving: Serving) -> None:
        # What was imported and made lives as long as the process: no collection looks at it again.
        gc.collect()
        gc.freeze()
        # Requests leave few cycles behind; the usual 700 would look for them at every second message.
        gc.set_threshold(20_000, 20, 5)
        if as_json:
            first: dict[str, Any] = {
                "url": serving.urls[0],
                "ca": None if serving.root is None else str(serving.root),
                "setup_token": serving.setup_token,
                "pid": os.getpid(),
            }
            if serving.demo is not None:
                first["demo"] = {"is_demo": serving.demo.is_demo, "password": serving.demo.password}
            click.echo(msgspec.json.encode(first).decode())
        else:
            _tell(serving)
            if serving.demo is not None:
                _tell_demo(serving.demo, str(found.folder))
        sys.stdout.flush()

    # A write that waits for the interpreter waits 0.5 ms at most, not 5: the writer is a thread.
    sys.setswitchinterval(0.0005)
    try:
        uvloop.run(run(found, ready, demo=demo))
    except CannotStart as error:
        raise click.ClickException(str(error)) from error


def _tell(serving: Serving) -> None:
    click.echo("\n雁信已启动 · Yanxin is serving\n")
    for index, url in enumerate(serving.urls):
        click.echo(f"  {'打开 · Open' if index == 0 else '或 · or    '}  {url}")
    if serving.plain_url is not None and serving.fingerprint is not None:
        click.echo(f"\n  信任本服务器（每台设备一次） · Trust this server, once per device:  {serving.plain_url}/ca")
    if serving.fingerprint is not None:
        click.echo(f"  根证书指纹 · Fingerprint of its root (SHA-256):\n  {serving.fingerprint}")
    for warning in serving.warnings:
        click.echo(f"\n  注意 · Note: {warning}")
    if serving.setup_token is not None:
        link = f"{serving.urls[0]}/setup#{serving.setup_token}"
        click.echo(
            "\n  用此链接完成初始化（仅一次，重启后换新） · Set it up with this link, once, until the next start:\n"
        )
        click.echo(f"  {link}\n")
        segno.make(link, error="l").terminal(out=sys.stdout, border=2, compact=True)
    click.echo("")


def _tell_demo(demo: Demo, folder: str) -> None:
    command = f"yanxin --data {folder} user password {VISITOR}"
    if not demo.is_demo:
        click.echo("  Note: there are people in this folder already, so --demo has changed nothing.\n")
        return
    click.echo(f"  {NAME} is invented, for trying things on and not for use.")
    click.echo(f"  Sign in as {VISITOR}, or as {ADMIN}, the administrator.")
    if demo.password is not None:
        click.echo(f"  Password of everybody there, told this once:  {demo.password}")
        click.echo(f"  For another one:  {command}\n")
    else:
        click.echo(f"  The password was told when the folder was filled; for another one:  {command}\n")
