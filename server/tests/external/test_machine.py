"""What the machine is called, compared with what its own tools say."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading

import pytest

from yanxin.external import machine


def test_the_host_name_is_among_the_names() -> None:
    short = socket.gethostname().lower()
    assert short in machine.names() or short.startswith("localhost")
    assert "localhost" not in machine.names()


def test_a_resolver_that_does_not_answer_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The start must not wait for a DNS server that is down."""
    answers = threading.Event()
    monkeypatch.setattr(socket, "gethostname", lambda: "im")
    monkeypatch.setattr(socket, "getfqdn", lambda _: "im.example.com" if answers.wait(30) else "")
    monkeypatch.setattr(machine, "LONGEST_WAIT_SECONDS", 0.01)
    assert machine.names() == ("im",)
    answers.set()
    monkeypatch.setattr(machine, "LONGEST_WAIT_SECONDS", 30)
    assert machine.names() == ("im.example.com", "im")


def test_addresses_are_those_at_which_others_find_the_machine() -> None:
    """Loopback, link-local and unspecified addresses are of no use on a desk."""
    for address in machine.addresses():
        assert not address.is_loopback
        assert not address.is_link_local
        assert not address.is_unspecified
        with socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6) as probe:
            probe.bind((str(address), 0))  # only an address of this machine can be bound


def test_addresses_agree_with_the_machines_own_tool() -> None:
    """`hostname -I` tells every outward address, bridges too."""
    if shutil.which("hostname") is None:
        return
    told = set(subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split())
    assert {str(address) for address in machine.addresses()} <= told
