"""The floor: what the kernel alone asks for sending the same frames to as many sockets.

`python -m bench.floor` reads an `Asked` on standard input and prints the CPU seconds of one send:
a loop of `socket.send`, nothing else, to connections whose other ends a second process empties.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import sys
import time

import msgspec

from bench import machine


class Asked(msgspec.Struct, frozen=True):
    """`rounds` times the same bytes to each of `sockets`, a round beginning every `every_seconds` (0: at once)."""

    data: bytes
    sockets: int
    rounds: int
    every_seconds: float = 0.0


async def seconds_per_send(asked: Asked) -> float:
    """The CPU seconds, user and system, of one send as `asked`, measured in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.floor", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate(msgspec.json.encode(asked))
    if process.returncode != 0:
        raise RuntimeError("the floor cannot be measured")
    return float(output)


def measured(asked: Asked) -> float:
    """The same, in this process."""
    machine.allow_files(2 * asked.sockets + 100)
    listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
    reader = os.fork()
    if reader == 0:
        try:
            _read(listening, asked.sockets)
        finally:
            os._exit(0)
    address = listening.getsockname()
    listening.close()
    senders = [_opened(address, number) for number in range(asked.sockets)]
    spent = 0.0
    due = time.monotonic()
    for _ in range(asked.rounds):
        time.sleep(max(0.0, due - time.monotonic()))
        due += asked.every_seconds
        began = time.process_time()
        for each in senders:
            each.send(asked.data)
        spent += time.process_time() - began
    for each in senders:
        each.close()
    os.waitpid(reader, 0)
    return spent / (asked.rounds * asked.sockets)


def _opened(address: tuple[str, int], number: int) -> socket.socket:
    opened = socket.create_connection(address, source_address=(f"127.0.1.{2 + number % 200}", 0))
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def _read(listening: socket.socket, count: int) -> None:
    """Empties `count` connections until all are closed."""
    ready = select.epoll()
    readers: dict[int, socket.socket] = {}
    for _ in range(count):
        reader, _ = listening.accept()
        reader.setblocking(False)
        readers[reader.fileno()] = reader
        ready.register(reader, select.EPOLLIN)
    while readers:
        for number, _ in ready.poll():
            if not readers[number].recv(262_144):
                readers.pop(number).close()


if __name__ == "__main__":
    print(measured(msgspec.json.decode(sys.stdin.buffer.read(), type=Asked)))
