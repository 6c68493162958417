"""The local root and its server certificate, judged by OpenSSL and by real handshakes."""

from __future__ import annotations

import ssl
import stat
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_connection, create_server

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from yanxin.external.certificates import (
    RENEWED_BEFORE_END,
    SERVER_LIFE,
    CannotCertify,
    Certificates,
    Names,
    Pair,
    certified,
    covered,
    fingerprint,
    made,
    named_in,
    root_for,
    server_under,
    tls_context,
)

NOW = datetime.now(UTC)
OFFICE = Names.of(["im.example.com", "im", "192.0.2.7", "2001:db8::7"])


def openssl_judges(server: Pair, root: Pair, folder: Path, *called: str) -> str:
    """What `openssl verify` says of `server` under `root`, asked for a name or address."""
    (folder / "judge-root.crt").write_bytes(root.certificate.public_bytes(Encoding.PEM))
    (folder / "judge-server.crt").write_bytes(server.certificate.public_bytes(Encoding.PEM))
    said = subprocess.run(
        [
            *("openssl", "verify", "-x509_strict", "-check_ss_sig", "-purpose", "sslserver"),
            *("-CAfile", str(folder / "judge-root.crt"), *called, str(folder / "judge-server.crt")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout + said.stderr


def shakes_hands(served: ssl.SSLContext, trusted: Path, name: str, version: ssl.TLSVersion | None = None) -> str | None:
    """A real handshake over loopback by a client that trusts `trusted` and asks for `name`; the TLS version spoken."""
    with create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                try:
                    with served.wrap_socket(connection, server_side=True) as secured:
                        secured.recv(1)
                except (ssl.SSLError, ConnectionError):
                    return  # the client does not trust us, and says so itself

        answering = threading.Thread(target=answer)
        answering.start()
        try:
            trusting = ssl.create_default_context(cafile=str(trusted))
            if version is not None:
                trusting.minimum_version = trusting.maximum_version = version
            with (
                create_connection(listening.getsockname(), timeout=10) as plain,
                trusting.wrap_socket(plain, server_hostname=name) as secured,
            ):
                secured.send(b"!")
                return secured.version()
        finally:
            answering.join(timeout=10)


@pytest.fixture
def office(tmp_path: Path) -> Certificates:
    return made(tmp_path / "tls", OFFICE, NOW)


# ------------------------------------------------------------ what the root can and cannot do


@pytest.mark.parametrize(
    "called",
    [
        ("-verify_hostname", "im.example.com"),
        ("-verify_hostname", "im"),
        ("-verify_hostname", "localhost"),
        ("-verify_ip", "192.0.2.7"),
        ("-verify_ip", "2001:db8::7"),
        ("-verify_ip", "127.0.0.1"),
        ("-verify_ip", "::1"),
    ],
)
def test_openssl_accepts_the_server_under_each_of_its_names(called: tuple[str, str], tmp_path: Path) -> None:
    root = root_for(OFFICE, NOW)
    assert openssl_judges(server_under(root, OFFICE, NOW), root, tmp_path, *called).endswith(": OK\n")


@pytest.mark.parametrize(
    "foreign", ["bank.example.com", "example.com", "xim.example.com", "192.0.2.8", "10.0.0.1", "2001:db8::8"]
)
def test_openssl_rejects_what_the_root_signs_for_somebody_else(foreign: str, tmp_path: Path) -> None:
    """Whoever steals the root's key can pretend to be this server and nobody else."""
    root = root_for(OFFICE, NOW)
    stolen = server_under(root, Names.of([foreign]), NOW)
    assert "permitted subtree violation" in openssl_judges(stolen, root, tmp_path)


def test_openssl_rejects_an_authority_below_the_root(tmp_path: Path) -> None:
    root = root_for(OFFICE, NOW)
    below = root_for(OFFICE, NOW)
    builder = x509.CertificateBuilder(
        subject_name=below.certificate.subject,
        issuer_name=root.certificate.subject,
        public_key=below.key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=below.certificate.not_valid_before_utc,
        not_valid_after=below.certificate.not_valid_after_utc,
        extensions=list(below.certificate.extensions),
    )
    signed = Pair(below.key, builder.sign(root.key, root.certificate.signature_hash_algorithm))  # type: ignore[arg-type]
    server = server_under(signed, OFFICE, NOW)
    (tmp_path / "below.crt").write_bytes(signed.certificate.public_bytes(Encoding.PEM))
    said = openssl_judges(server, root, tmp_path, "-untrusted", str(tmp_path / "below.crt"))
    assert "path length constraint exceeded" in said


@pytest.mark.parametrize("purpose", ["smimesign", "sslclient", "timestampsign"])
def test_openssl_rejects_the_root_for_anything_but_servers(purpose: str, office: Certificates, tmp_path: Path) -> None:
    leaf = tmp_path / "leaf.crt"
    leaf.write_bytes(x509.load_pem_x509_certificate(office.server.read_bytes()).public_bytes(Encoding.PEM))
    said = subprocess.run(
        ["openssl", "verify", "-purpose", purpose, "-CAfile", str(office.root), str(leaf)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode != 0


def test_constraints_are_critical_and_name_each_address_exactly(office: Certificates) -> None:
    root = x509.load_pem_x509_certificate(office.root.read_bytes())
    constraints = root.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert {str(name.value) for name in constraints.value.permitted_subtrees or []} == {
        *("im.example.com", "im", "localhost"),
        *("192.0.2.7/32", "2001:db8::7/128", "127.0.0.1/32", "::1/128"),
    }


# ------------------------------------------------------------ handshakes


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "im.example.com", "192.0.2.7"])
def test_a_client_that_trusts_the_root_connects(name: str, version: ssl.TLSVersion, office: Certificates) -> None:
    spoken = shakes_hands(tls_context(office.server), office.root, name, version)
    assert spoken == {ssl.TLSVersion.TLSv1_2: "TLSv1.2", ssl.TLSVersion.TLSv1_3: "TLSv1.3"}[version]


def test_a_client_that_trusts_the_root_rejects_another_name(office: Certificates) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        shakes_hands(tls_context(office.server), office.root, "bank.example.com")


def test_a_client_rejects_a_stolen_root_speaking_for_another_name(office: Certificates, tmp_path: Path) -> None:
    """The same by handshake: the name fits the certificate, but the root may not sign for it."""
    root = root_for(OFFICE, NOW)
    (tmp_path / "root.crt").write_bytes(root.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "bank.pem").write_bytes(server_under(root, Names.of(["bank.example.com"]), NOW).pem())
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shakes_hands(tls_context(tmp_path / "bank.pem"), tmp_path / "root.crt", "bank.example.com")


def test_a_client_of_another_root_is_not_fooled(office: Certificates, tmp_path: Path) -> None:
    other = made(tmp_path / "other", OFFICE, NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        shakes_hands(tls_context(office.server), other.root, "localhost")


def test_s65_nothing_older_than_tls_1_2_is_spoken(office: Certificates) -> None:
    context = tls_context(office.server)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert all("ECDHE" in cipher["name"] or cipher["protocol"] == "TLSv1.3" for cipher in context.get_ciphers())


# ------------------------------------------------------------ keeping and renewing


def test_a_second_start_changes_nothing(office: Certificates) -> None:
    folder = office.root.parent
    before = {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()}
    again = made(folder, OFFICE, NOW + timedelta(days=1))
    assert {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()} == before
    assert again.fingerprint == office.fingerprint
    assert office.root_is_new
    assert not again.root_is_new


def test_keys_are_for_their_owner_alone(office: Certificates) -> None:
    folder = office.root.parent
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes == {"root.pem": 0o600, "server.pem": 0o600, "root.crt": 0o644}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert b"PRIVATE" not in office.root.read_bytes()


def test_the_fingerprint_is_the_one_that_openssl_shows(office: Certificates) -> None:
    said = subprocess.run(
        ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", str(office.root)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.strip().partition("=")[2] == office.fingerprint


def test_the_server_certificate_lives_as_long_as_browsers_allow(office: Certificates) -> None:
    server = x509.load_pem_x509_certificate(office.server.read_bytes())
    life = server.not_valid_after_utc - server.not_valid_before_utc + timedelta(seconds=1)
    assert life == SERVER_LIFE == timedelta(days=397)
    assert server.not_valid_before_utc < NOW


def test_the_server_certificate_is_renewed_a_month_before_its_end(office: Certificates) -> None:
    folder, served = office.root.parent, office.server.read_bytes()
    made(folder, OFFICE, office.renewed_from - timedelta(minutes=1))
    assert office.server.read_bytes() == served

    renewed = made(folder, OFFICE, office.renewed_from)
    assert office.server.read_bytes() != served
    assert renewed.fingerprint == office.fingerprint
    assert renewed.renewed_from > office.renewed_from + timedelta(days=300)


def test_a_running_server_takes_a_renewed_certificate_without_a_restart(office: Certificates) -> None:
    context = tls_context(office.server)
    made(office.root.parent, OFFICE, NOW, new_root=True)
    with pytest.raises(ssl.SSLCertVerificationError):
        shakes_hands(context, office.root, "localhost")
    context.load_cert_chain(office.server)
    assert shakes_hands(context, office.root, "localhost") == "TLSv1.3"


def test_a_name_that_went_stays_certified(office: Certificates) -> None:
    """The company's DNS may be down while we start; who comes by that name must not see a warning afterwards."""
    served = office.server.read_bytes()
    again = made(office.root.parent, Names.of(["im", "192.0.2.7"]), NOW)
    assert (again.fingerprint, again.left_out) == (office.fingerprint, ())
    assert office.server.read_bytes() == served

    renewed = made(office.root.parent, Names.of(["im"]), office.renewed_from)
    assert office.server.read_bytes() != served
    assert renewed.fingerprint == office.fingerprint
    root, server = (x509.load_pem_x509_certificate(each.read_bytes()) for each in (office.root, office.server))
    assert certified(server) == named_in(root).all() == OFFICE.all()


def test_a_name_below_one_of_the_roots_is_certified_when_it_comes(office: Certificates) -> None:
    more = Names.of(["im.example.com", "chat.im.example.com"])
    again = made(office.root.parent, more, NOW)
    assert (again.fingerprint, again.left_out) == (office.fingerprint, ())
    assert shakes_hands(tls_context(again.server), again.root, "chat.im.example.com")
    assert shakes_hands(tls_context(again.server), again.root, "im.example.com")


def test_a_new_address_is_told_and_left_out_while_the_root_still_serves(office: Certificates) -> None:
    """A second cable must not make five thousand desks trust a new root."""
    more = Names.of(["im.example.com", "192.0.2.7", "10.0.0.9"])
    again = made(office.root.parent, more, NOW)
    assert (again.fingerprint, again.left_out, again.root_is_new) == (office.fingerprint, ("10.0.0.9",), False)
    assert shakes_hands(tls_context(again.server), again.root, "192.0.2.7")


def test_a_new_root_when_asked_covers_everything_and_the_old_one_is_kept(office: Certificates) -> None:
    folder, old = office.root.parent, (office.root.parent / "root.pem").read_bytes()
    again = made(folder, Names.of(["im.example.com", "10.0.0.9"]), NOW, new_root=True)
    assert again.left_out == ()
    assert again.root_is_new
    assert again.fingerprint != office.fingerprint
    kept = folder / f"root-{office.fingerprint.replace(':', '')[:16]}.pem"
    assert kept.read_bytes() == old
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_machine_that_moved_altogether_gets_a_new_root(office: Certificates) -> None:
    again = made(office.root.parent, Names.of(["elsewhere", "10.0.0.9"]), NOW)
    assert again.root_is_new
    assert again.left_out == ()
    assert shakes_hands(tls_context(again.server), again.root, "10.0.0.9")


def test_a_machine_off_the_network_keeps_its_root(office: Certificates) -> None:
    again = made(office.root.parent, Names.of([]), NOW)
    assert not again.root_is_new


def test_a_root_near_its_end_is_replaced(office: Certificates) -> None:
    root = x509.load_pem_x509_certificate(office.root.read_bytes())
    nearly = root.not_valid_after_utc - RENEWED_BEFORE_END
    kept = made(office.root.parent, OFFICE, nearly - timedelta(hours=1))
    assert kept.fingerprint == office.fingerprint
    server = x509.load_pem_x509_certificate(kept.server.read_bytes())
    assert server.not_valid_after_utc == root.not_valid_after_utc
    assert made(office.root.parent, OFFICE, nearly).root_is_new


def test_a_clock_before_the_root_is_told_and_replaces_nothing(office: Certificates) -> None:
    before = {file: file.read_bytes() for file in office.root.parent.iterdir()}
    with pytest.raises(CannotCertify, match="The clock says 1970-01-01"):
        made(office.root.parent, OFFICE, datetime(1970, 1, 1, tzinfo=UTC))
    assert {file: file.read_bytes() for file in office.root.parent.iterdir()} == before


@pytest.mark.parametrize("file", ["root.pem", "server.pem"])
@pytest.mark.parametrize("content", [b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_broken_file_is_named_and_not_overwritten(file: str, content: bytes, office: Certificates) -> None:
    broken = office.root.parent / file
    broken.write_bytes(content)
    with pytest.raises(CannotCertify, match=file):
        made(office.root.parent, OFFICE, NOW)
    assert broken.read_bytes() == content


def test_a_server_certificate_of_another_root_is_made_again(office: Certificates, tmp_path: Path) -> None:
    """As after a crash between the two files of a new root, or a copy from another machine."""
    other = made(tmp_path / "other", OFFICE, NOW)
    office.server.write_bytes(other.server.read_bytes())
    again = made(office.root.parent, OFFICE, NOW)
    assert shakes_hands(tls_context(again.server), again.root, "localhost")


def test_a_certificate_and_a_foreign_key_are_told(office: Certificates, tmp_path: Path) -> None:
    other = made(tmp_path / "other", OFFICE, NOW)
    with pytest.raises(CannotCertify, match="no certificate and its key"):
        tls_context(office.root, other.server)


# ------------------------------------------------------------ names


def test_names_are_taken_as_people_write_them() -> None:
    names = Names.of(["IM.Example.COM.", "[2001:db8::7]", "fe80::1%eth0", "0.0.0.0", "信.example", "im.example.com"])
    assert names.hosts == ("im.example.com", "xn--vuq.example", "localhost")
    assert [str(address) for address in names.addresses] == ["2001:db8::7", "fe80::1", "127.0.0.1", "::1"]
    with pytest.raises(CannotCertify, match="no host name"):
        Names.of(["信" * 80])


def test_a_long_host_name_is_certified_too(tmp_path: Path) -> None:
    """A common name ends at 64 characters; alternative names do not."""
    names = Names.of([f"{'x' * 60}.{'y' * 60}.example"])
    root = root_for(names, NOW)
    said = openssl_judges(server_under(root, names, NOW), root, tmp_path, "-verify_hostname", names.hosts[0])
    assert said.endswith(": OK\n")


def test_covered_agrees_with_openssl(tmp_path: Path) -> None:
    """What `covered` says decides when desks must trust a new root, so it must be what verifiers do."""
    root = root_for(OFFICE, NOW)
    for name in ["im.example.com", "a.im.example.com", "aim.example.com", "im", "b.im", "192.0.2.7", "192.0.2.9"]:
        names = Names.of([name])
        said = openssl_judges(server_under(root, names, NOW), root, tmp_path)
        assert said.endswith(": OK\n") == (covered(root.certificate, names) == names), name


def test_two_roots_of_one_machine_can_be_told_apart() -> None:
    one, two = root_for(OFFICE, NOW), root_for(OFFICE, NOW)
    assert one.certificate.subject != two.certificate.subject
    assert fingerprint(one.certificate) != fingerprint(two.certificate)
