"""`yanxin tls …`: the server's certificate."""

from __future__ import annotations

import click
from cryptography import x509

from yanxin.cli.asking import finish
from yanxin.config import settings
from yanxin.external.certificates import fingerprint


@click.group()
def tls() -> None:
    """The server's certificate."""


@tls.command("fingerprint")
@click.pass_context
def show(context: click.Context) -> None:
    """Print the fingerprint of the local root certificate, to compare before trusting it."""
    try:
        folder = settings.read({"data": context.obj["data"]}, context.obj["environment"]).folder
    except settings.BadSetting as error:
        raise click.UsageError(str(error)) from error
    root = folder / "tls" / "root.crt"
    if not root.exists():
        raise click.ClickException(f"There is no local root certificate in {folder}: start the server once.")
    found = fingerprint(x509.load_pem_x509_certificate(root.read_bytes()))
    finish(context, None, {"fingerprint": found, "ca": str(root)}, found)
