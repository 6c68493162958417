"""TLS at once: the server's own root is all that a client needs to trust."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanxin.client import Client, Unreachable
from yanxin.testing import office as offices
from yanxin.testing.servers import Server


async def test_talk_over_tls_with_the_root_that_the_server_made(new_server: Callable[..., Server]) -> None:
    with new_server(options=("--tls", "auto")) as server:
        assert server.url.startswith("https://")
        assert server.started.ca is not None
        server.set_up()
        async with offices.opened(server) as office:
            alice, bob = await office.people("alice", "bob")
            await bob.hears(await alice.says("in confidence", to=bob))
            with pytest.raises(Unreachable):
                await Client.connect(server.url, token=alice.token).__aenter__()
