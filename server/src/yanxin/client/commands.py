"""`yanxin say` and `yanxin get`: the client for people and scripts in a terminal."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from yanxin.client.client import Client, new_client_id
from yanxin.client.errors import Refused, YanxinError
from yanxin.domain.bodies import Code, Members, Reaction, RoleChange, Text, Title
from yanxin.protocol import views

Command = TypeVar("Command", bound=Callable[..., Any])

_PAGE = 200
_STDIN = "-"


def _options(command: Command) -> Command:
    """The options of both commands. There is none for the token itself: arguments show in `ps`."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs."),
        click.option("--timeout", default=30.0, show_default=True, help="Give up after so many seconds."),
        click.option(
            "--ca", envvar="YANXIN_CA", type=click.Path(exists=True, dir_okay=False), help="The root certificate."
        ),
        click.option(
            "--token-file",
            type=click.Path(exists=True, dir_okay=False, allow_dash=True),
            help="A file with the token; - is standard input. Without it YANXIN_TOKEN in the environment is taken.",
        ),
        click.option("--url", envvar="YANXIN_URL", required=True, help="The server, as in https://yanxin.corp:8443"),
    ):
        command = option(command)
    return command


@click.command()
@_options
@click.option("--client-id", help="Names the message: the same command again does not say it twice.")
@click.argument("to")
@click.argument("text", nargs=-1, required=True)
def say(
    url: str,
    token_file: str | None,
    ca: str | None,
    timeout: float,
    as_json: bool,
    client_id: str | None,
    to: str,
    text: tuple[str, ...],
) -> None:
    """Say TEXT (Markdown) to TO, and print its seq once it is on disk.

    TO is the number of a conversation, @username, or the title of a group. The TEXT - is standard
    input.
    """
    if token_file == _STDIN and text == (_STDIN,):
        raise click.UsageError("standard input cannot be both the token and the text")
    token = _token(token_file)
    as_json = as_json or _wants_json()
    said = sys.stdin.read().rstrip("\n") if text == (_STDIN,) else " ".join(text)

    async def speak() -> None:
        async with asyncio.timeout(timeout), Client.connect(url, token=token, ca=ca, device="yanxin say") as me:
            conversation = await _conversation(me, to)
            sent = await me.send(conversation, said, client_id=client_id or new_client_id())
        if as_json:
            _print_json({"conversation": conversation} | msgspec.to_builtins(sent))
        else:
            click.echo(sent.seq)

    _run(speak())


@click.command()
@_options
@click.option("-n", "--limit", default=20, show_default=True, type=click.IntRange(0), help="How many messages.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is said from now on, until interrupted.")
@click.argument("to")
def get(
    url: str, token_file: str | None, ca: str | None, timeout: float, as_json: bool, limit: int, follow: bool, to: str
) -> None:
    """Print the newest messages of TO: the number of a conversation, @username, or a group's title.

    With --json one document, {"items": [events]}; with --follow as well, one event a line.
    """
    token = _token(token_file)
    as_json = as_json or _wants_json()

    async def print_on() -> None:
        async with (
            asyncio.timeout(timeout) as patience,
            Client.connect(url, token=token, ca=ca, device="yanxin get") as me,
        ):
            conversation = await _conversation(me, to)
            held = me.heads.get(conversation, 0)
            names = _Names(me)
            messages = await _newest(me, conversation, held, limit)
            if as_json and not follow:
                _print_json({"items": messages})
            else:
                await _print(messages, names, as_json)
            if not follow:
                return
            patience.reschedule(None)
            async for event in me.follow():
                if event.conversation == conversation and event.seq > held:
                    await _print([event], names, as_json)

    _run(print_on())


def _wants_json() -> bool:
    """Whether --json was given to `yanxin` itself, before the name of the command."""
    outermost = click.get_current_context().find_root().obj
    return bool(outermost and outermost.get("json"))


def _token(token_file: str | None) -> str:
    if token_file == _STDIN:
        token = sys.stdin.readline()
    elif token_file is not None:
        token = Path(token_file).read_text("utf-8")
    else:
        token = os.environ.get("YANXIN_TOKEN", "")
    if not token.strip():
        raise click.UsageError("there is no token: set YANXIN_TOKEN or give --token-file FILE")
    return token.strip()


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Runs `work`; what goes wrong is one sentence on standard error and exit code 1."""
    try:
        asyncio.run(work)
    except Refused as refusal:
        raise click.ClickException(f"{refusal.title or 'refused'} ({refusal.code})") from refusal
    except YanxinError as error:
        raise click.ClickException(str(error)) from error
    except TimeoutError as error:
        raise click.ClickException("no answer in time") from error
    except OSError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        pass  # How one ends --follow; nothing was left undone.


async def _conversation(me: Client, to: str) -> int:
    """The conversation that `to` names; a direct one is begun if there is none yet.

    Raises click.ClickException when nothing, or more than one thing, is meant.
    """
    if to.isascii() and to.isdigit():
        return (await me.rest.conversation(int(to))).id
    if to.startswith("@"):
        people = [user for user in await me.find_users(to[1:]) if user.username.casefold() == to[1:].casefold()]
        if not people:
            raise click.ClickException(f"there is nobody with the username {to[1:]}")
        return (await me.create("direct", [people[0].id] if people[0].id != me.id else [])).id
    named = [one.id for one in await me.rest.conversations() if one.kind == "group" and one.title == to]
    if not named:
        raise click.ClickException(f"you are in no group with the title {to}")
    if len(named) > 1:
        raise click.ClickException(f"several groups have the title {to}; give a number: {sorted(named)}")
    return named[0]


async def _newest(me: Client, conversation: int, head: int, limit: int) -> list[views.Event]:
    """The newest `limit` messages up to `head`, rising. Other events lie between, so it reads on until it has them."""
    found: list[views.Event] = []
    before = head + 1
    while len(found) < limit and before > 1:
        page = await me.events(conversation, before=before, limit=_PAGE)
        if not page.items:
            break
        found = [event for event in page.items if event.kind == "message"] + found
        before = page.items[0].seq
    return found[len(found) - min(limit, len(found)) :]


class _Names:
    """People's names, asked for once."""

    def __init__(self, me: Client) -> None:
        self._me = me
        self._known: dict[int, str] = {}

    async def learn(self, people: Iterable[int]) -> None:
        unknown = sorted(set(people) - self._known.keys())
        for user in await self._me.rest.users(unknown) if unknown else []:
            self._known[user.id] = user.display_name

    def of(self, user: int | None) -> str:
        return self._known.get(user or 0, f"#{user}")


async def _print(events: list[views.Event], names: _Names, as_json: bool) -> None:
    if as_json:
        for event in events:
            _print_json(event)
        return
    people = {event.sender for event in events if event.sender}
    for event in events:
        if isinstance(event.body, Members):
            people.update(event.body.user_ids)
    await names.learn(people)
    for event in events:
        if event.kind != "hidden":
            # A terminal obeys control characters, and the text is somebody else's.
            line = "".join(char if char.isprintable() or char in "\n\t" else "�" for char in _line(event, names))
            click.echo(line)


def _line(event: views.Event, names: _Names) -> str:
    """`seq  time  who: what`, for people."""
    at = (event.at or "").replace("T", " ")[:16]
    start = f"{event.seq}  {at}  {names.of(event.sender)}"
    match event.body:
        case Text(text=text):
            return f"{start}: {text}" if event.kind == "message" else f"{start} edited {event.target}: {text}"
        case Code(text=text, language=language):
            return f"{start}:\n```{language}\n{text}\n```"
        case Members(user_ids=user_ids):
            what = "joined" if event.kind == "member_joined" else "left"
            return f"{start}: {', '.join(names.of(user) for user in user_ids)} {what}"
        case Title(title=title):
            return f"{start} renamed it to {title}"
        case RoleChange(user_id=user, role=role):
            return f"{start} made {names.of(user)} {role}"
        case Reaction(emoji=emoji, on=on):
            return f"{start} {'set' if on else 'took back'} {emoji} on {event.target}"
        case None:
            if event.kind == "message":
                return f"{start} recalled what was here"
            return f"{start}: {event.kind}" + (f" {event.target}" if event.target else "")


def _print_json(document: Any) -> None:
    click.echo(msgspec.json.encode(document).decode())
