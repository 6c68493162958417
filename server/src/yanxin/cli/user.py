"""`yanxin user …`: people, from the server's own command line."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from yanxin.cli.asking import ask, finish, sentence
from yanxin.control.commands import AddUsers, DisableUser, EnableUser, MakeToken, Person, SetPassword

AT_ONCE = 200
COLUMNS = ("username", "display_name", "password")


def _inherits(command: Any) -> Any:
    """Options of the program that may stand behind the command too."""

    def data(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
        if value is not None:
            context.obj["data"] = value

    def as_json(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if value:
            context.obj["json"] = True

    command = click.option("--data", metavar="DIR", expose_value=False, callback=data, help="The data folder.")(command)
    return click.option("--json", is_flag=True, expose_value=False, callback=as_json, help="Print JSON.")(command)


@click.group()
def user() -> None:
    """People: add, disable, enable, give a new password or a token."""


@user.command()
@click.argument("name", required=False)
@click.option("--display-name", metavar="TEXT", help="What colleagues see.")
@click.option("--admin", is_flag=True, help="An administrator.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option(
    "--csv",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="username,display_name[,password], thousands at once.",
)
@_inherits
@click.pass_context
def add(
    context: click.Context,
    name: str | None,
    display_name: str | None,
    admin: bool,
    password_stdin: bool,
    file: Path | None,
) -> None:
    """Add one person, or those of a file."""
    if file is not None:
        if name or display_name or admin or password_stdin:
            raise click.UsageError("--csv goes by itself: the file says who is added.")
        _add_file(context, file)
        return
    if not name or not display_name:
        raise click.UsageError("Name a person and --display-name TEXT, or a file with --csv FILE.")
    person = Person(name, display_name, _password() if password_stdin else None, admin)
    answer = ask(context, [AddUsers([person])])[0]
    added = answer.added[0] if answer.added else None
    failure = answer.failure or (added.failure if added else None)
    finish(
        context, failure, {"id": added.id if added else None, "username": name}, f"{display_name} ({name}) was added."
    )


@user.command()
@click.argument("name")
@_inherits
@click.pass_context
def disable(context: click.Context, name: str) -> None:
    """Disable a person: signed out everywhere at once; what they said stays."""
    answer = ask(context, [DisableUser(name)])[0]
    finish(context, answer.failure, {"username": name, "disabled": True}, f"{name} is disabled.")


@user.command()
@click.argument("name")
@_inherits
@click.pass_context
def enable(context: click.Context, name: str) -> None:
    """Enable a person again."""
    answer = ask(context, [EnableUser(name)])[0]
    finish(context, answer.failure, {"username": name, "disabled": False}, f"{name} is enabled.")


@user.command()
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@_inherits
@click.pass_context
def password(context: click.Context, name: str, password_stdin: bool) -> None:
    """Give a person a new password; signed out everywhere."""
    new = (
        _password()
        if password_stdin
        else click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    )
    answer = ask(context, [SetPassword(name, new)])[0]
    finish(context, answer.failure, {"username": name}, f"{name} has a new password.")


@user.command()
@click.argument("name")
@_inherits
@click.pass_context
def token(context: click.Context, name: str) -> None:
    """Print a session token of a person, for scripts on this machine. It is one of their sessions."""
    answer = ask(context, [MakeToken(name)])[0]
    finish(context, answer.failure, {"username": name, "token": answer.token}, answer.token or "")


def _add_file(context: click.Context, file: Path) -> None:
    people = _people(file)
    pieces = [people[start : start + AT_ONCE] for start in range(0, len(people), AT_ONCE)]
    shows = sys.stderr.isatty()

    def done(index: int) -> None:
        if shows:
            click.echo(f"\r{min((index + 1) * AT_ONCE, len(people))} / {len(people)}", nl=False, err=True)

    answers = ask(context, [AddUsers(piece) for piece in pieces], done)
    if shows:
        click.echo("", err=True)
    failed: list[dict[str, Any]] = []
    count = 0
    for answer in answers:
        if answer.failure is not None:
            failed.append({"username": None, "code": answer.failure.code, "reason": sentence(answer.failure)})
        for each in answer.added:
            if each.failure is None:
                count += 1
            else:
                failed.append({"username": each.username, "code": each.failure.code, "reason": sentence(each.failure)})
    if context.obj["json"]:
        click.echo(msgspec.json.encode({"added": count, "failed": failed}).decode())
    else:
        click.echo(f"{count} people were added.")
        for problem in failed:
            click.echo(f"  {problem['username']}: {problem['reason']}", err=True)
    if failed:
        context.exit(1)


def _people(file: Path) -> list[Person]:
    raw = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise click.ClickException(f"{file} is neither UTF-8 nor GBK: save it as CSV in UTF-8.")
    rows = list(csv.reader(io.StringIO(text)))
    if rows and [cell.strip().lower() for cell in rows[0]] in (list(COLUMNS), list(COLUMNS[:2])):
        rows = rows[1:]
    people = []
    for number, row in enumerate(rows, start=1):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) not in (2, 3):
            raise click.ClickException(
                f"Row {number} of {file} has {len(row)} columns, not username,display_name[,password]."
            )
        people.append(Person(row[0].strip(), row[1].strip(), row[2] if len(row) == 3 and row[2] else None))
    return people


def _password() -> str:
    text = sys.stdin.readline().rstrip("\n").rstrip("\r")
    if not text:
        raise click.UsageError("Standard input held no password.")
    return text
