"""`yanxin say` and `yanxin get`: the client in a terminal and in scripts."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from yanxin.testing.office import Office, Person
from yanxin.testing.servers import yanxin

PATIENCE_SECONDS = 30.0


async def run(*arguments: str, stdin: str = "", **environment: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `yanxin …`."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("YANXIN_")} | environment
    process = await asyncio.create_subprocess_exec(
        yanxin(),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=clean,
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        out, err = await process.communicate(stdin.encode())
    assert process.returncode is not None
    assert "Traceback" not in err.decode(), err.decode()
    return process.returncode, out.decode(), err.decode()


async def test_what_is_said_comes_out_where_it_is_got(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = await alice.founds(f"值班室 {alice.username}", bob)
    url = ("--url", office.url)

    code, out, _ = await run("say", *url, str(where), "**hi**", "there", YANXIN_TOKEN=alice.token)
    assert code == 0
    seq = int(out)
    code, out, _ = await run("say", *url, f"值班室 {alice.username}", "-", stdin="two\nlines\n", YANXIN_TOKEN=bob.token)
    assert (code, int(out)) == (0, seq + 1)
    code, out, _ = await run("say", *url, "--json", f"@{bob.username}", "just you", YANXIN_TOKEN=alice.token)
    sent = json.loads(out)
    assert (code, sent.keys()) == (0, {"conversation", "seq", "ordinal", "at"})
    assert await bob.sees(sent["conversation"]) == ["just you"]
    assert await bob.sees(where) == ["**hi** there", "two\nlines"]

    code, out, _ = await run("get", *url, str(where), YANXIN_TOKEN=bob.token)
    assert code == 0
    assert "Alice: **hi** there" in out
    assert "Bob: two\nlines" in out
    code, out, _ = await run("get", *url, "--json", "-n", "1", str(where), YANXIN_TOKEN=bob.token)
    (event,) = json.loads(out)["items"]
    assert (event["seq"], event["body"]["text"]) == (seq + 1, "two\nlines")


async def test_a_named_message_is_said_once_however_often_the_command_runs(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = await alice.founds("cron", bob)
    command = ("say", "--url", office.url, "--client-id", f"backup-{where}", str(where), "backup done")
    first = await run(*command, YANXIN_TOKEN=alice.token)
    assert await run(*command, YANXIN_TOKEN=alice.token) == first
    assert await bob.sees(where) == ["backup done"]


async def test_the_token_comes_from_a_file_or_standard_input_and_never_from_an_argument(
    office: Office, tmp_path: Path
) -> None:
    """Arguments show in `ps`; so there is no option for a token."""
    (alice,) = await office.people("alice")
    where = str(await alice.talk_with(alice))
    file = tmp_path / "token"
    file.write_text(alice.token + "\n")
    for extra, stdin in ((("--token-file", str(file)), ""), (("--token-file", "-"), alice.token + "\n")):
        code, _, err = await run("say", "--url", office.url, *extra, where, "hi", stdin=stdin)
        assert code == 0, err
    assert (await run("say", "--url", office.url, "--token", alice.token, where, "hi"))[0] == 2
    assert (await run("say", "--url", office.url, where, "hi"))[0] == 2
    assert (await run("say", where, "hi", YANXIN_TOKEN=alice.token))[0] == 2


async def test_what_cannot_be_done_is_one_sentence_and_exit_code_1(office: Office) -> None:
    (alice,) = await office.people("alice")
    url = ("--url", office.url)
    for arguments, token in (
        (("say", *url, "9007199254740991", "hi"), alice.token),
        (("say", *url, "@nobody-at-all", "hi"), alice.token),
        (("say", *url, "no such group", "hi"), alice.token),
        (("get", *url, "9007199254740991"), alice.token),
        (("say", *url, "1", "hi"), "nonsense"),
        (("say", "--url", "http://127.0.0.1:9", "1", "hi"), alice.token),
        (("get", *url, "@"), alice.token),
    ):
        code, out, err = await run(*arguments, YANXIN_TOKEN=token)
        assert (code, out) == (1, ""), (arguments, err)
        assert len(err.strip().splitlines()) == 1, err


@asynccontextmanager
async def following(office: Office, person: Person, where: int) -> AsyncIterator[asyncio.StreamReader]:
    """The output of `yanxin get --follow --json`."""
    process = await asyncio.create_subprocess_exec(
        yanxin(),
        *("get", "--url", office.url, "--json", "--follow", str(where)),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"YANXIN_TOKEN": person.token},
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.terminate()
        await process.wait()


async def test_follow_goes_on_with_one_event_a_line(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = await alice.founds("followed", bob)
    await alice.says("before", to=where)
    async with following(office, bob, where) as output, asyncio.timeout(PATIENCE_SECONDS):
        assert json.loads(await output.readline())["body"]["text"] == "before"
        for text in ("one", "two"):
            await alice.says(text, to=where)
        assert [json.loads(await output.readline())["body"]["text"] for _ in range(2)] == ["one", "two"]


async def test_control_characters_do_not_reach_the_terminal(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = await alice.founds("colours", bob)
    await alice.says("\x1b[2Jgone\x07 \u202eright to left", to=where)
    _, out, _ = await run("get", "--url", office.url, str(where), YANXIN_TOKEN=bob.token)
    assert "gone" in out
    for character in ("\x1b", "\x07", "\u202e"):
        assert character not in out
