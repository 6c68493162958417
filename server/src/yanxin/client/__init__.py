"""A client of Yanxin for bots, scripts and tests, keeping the laws that every client keeps.

    async with Client.connect("https://yanxin.corp:8443", token=token, ca="root.pem") as me:
        sent = await me.send(conversation, "lunch?")
        async for event in me.follow():
            ...

What it promises: events of one conversation come in order, each once, none missing, whatever the
network does; a send is repeated under the same `client_id` until the server has answered it.
"""

from yanxin.client.client import Client, Counts
from yanxin.client.errors import Broken, Refused, SignedOut, Unreachable, YanxinError
from yanxin.client.pauses import Pauses
from yanxin.client.rest import Rest, set_up, sign_in

__all__ = [
    "Broken",
    "Client",
    "Counts",
    "Pauses",
    "Refused",
    "Rest",
    "SignedOut",
    "Unreachable",
    "YanxinError",
    "set_up",
    "sign_in",
]
