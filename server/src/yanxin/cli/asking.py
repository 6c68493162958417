"""Asking the server that runs on a data folder, or the data itself where none runs."""

from __future__ import annotations

import asyncio
from typing import Any, NoReturn

import click
import msgspec

from yanxin.bootstrap import core
from yanxin.bootstrap.folder import CannotStart
from yanxin.config import settings
from yanxin.control import socket
from yanxin.control.commands import Answer, AnyCommand, Failure
from yanxin.domain.refusals import Refused
from yanxin.protocol import problems


def ask(context: click.Context, commands: list[AnyCommand], done: Any = None) -> list[Answer]:
    """The answers to `commands`, in order; `done(index)` is called after each. Exits with 1 where it cannot be asked."""
    asked = context.obj
    try:
        found = settings.read({"data": asked["data"]}, asked["environment"])
    except settings.BadSetting as error:
        raise click.UsageError(str(error)) from error
    answers: list[Answer] = []
    try:
        for index, command in enumerate(commands):
            answer = socket.ask(found.folder, command) if found.folder.is_dir() else None
            if answer is None:
                return answers + asyncio.run(_directly(found, commands[index:], done))
            answers.append(answer)
            if done is not None:
                done(index)
    except CannotStart as error:
        raise click.ClickException(str(error)) from error
    return answers


async def _directly(found: settings.Settings, commands: list[AnyCommand], done: Any) -> list[Answer]:
    opened = await core.opened(found)
    try:
        answers = []
        for index, command in enumerate(commands):
            answers.append(await opened.commander.do(command))
            if done is not None:
                done(index)
        return answers
    finally:
        await opened.close()


def sentence(failure: Failure) -> str:
    """`failure` as a sentence, in the language that the terminal asks for."""
    import os

    language = "en" if os.environ.get("LANG", "").lower().startswith("en") else "zh"
    return problems.of(Refused(failure.code, **failure.facts), language).title


def finish(context: click.Context, failure: Failure | None, document: dict[str, Any], text: str) -> None:
    """Prints the outcome, for people or for programs; exits with 1 where it failed."""
    if context.obj["json"]:
        told = {"error": {"code": failure.code, "params": failure.facts}} if failure else document
        click.echo(msgspec.json.encode(told).decode())
        if failure:
            context.exit(1)
    elif failure:
        fail(sentence(failure))
    elif text:
        click.echo(text)


def fail(text: str) -> NoReturn:
    """Exits with 1."""
    raise click.ClickException(text)
