"""What the machine is called, compared with what its own tools say."""

from __future__ import annotations

import shutil
import socket
import subprocess

from yanxin.external import machine


def test_the_host_name_is_among_the_names() -> None:
    short = socket.gethostname().lower()
    assert short in machine.names() or short.startswith("localhost")
    assert "localhost" not in machine.names()


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
