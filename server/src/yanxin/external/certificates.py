"""The certificates of a server that nobody issued one for: a root of its own and what that root signs.

**What the root can do.** It may sign for this server and for nothing else: its critical name constraints list the
machine's host names, `localhost`, the loopback addresses and the machine's steady addresses, each address exactly;
it may sign no further authority (path length 0) and nothing but TLS servers (extended key usage). So whoever steals
its key can pretend to be this server, and not the bank's, on the desks that trust the root. A host name stands for the
names below it too, as RFC 5280 has it.

**What follows when names change.** Constraints are inside the root, so a root cannot learn a new name: that takes a
new root, and every desk must trust that one again. Nobody wants this because an address came by DHCP or somebody
plugged in a second cable. Therefore `made` keeps the root as long as it covers *any* of the names and addresses
that the machine has besides loopback, and tells what it had to leave out (`left_out`), with which the server can say
at start: "The root certificate does not cover 10.0.0.9; make a new one with …". It makes a new root by itself only
when the old one covers none of them (the machine was renamed and moved, so nobody can be using it), when that is near
its end, or when it is asked to. A root that was replaced stays in the folder under its fingerprint.

The server's certificate is for everything that the root covers, also for what the machine is not called at the
moment: the company's DNS may be down while we start, and a cable unplugged.

Wider constraints (the subnet, all private ranges) were passed over: they would let the root speak for the
neighbours, and the neighbours include the company's other servers.

Files in the folder: `root.pem` (key and certificate of the root) and `server.pem` (key and chain of the server),
mode 0600, each replaced in one piece; `root.crt`, the root for handing out, mode 0644.
"""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Address = IPv4Address | IPv6Address

ROOT_LIFE = timedelta(days=3652)
SERVER_LIFE = timedelta(days=397)
"""First to last moment, as browsers allow at most."""
RENEWED_BEFORE_END = timedelta(days=30)
# Clocks of desks lag; a certificate of this minute would not be valid there yet.
_BACKDATED = timedelta(days=1)
_LONGEST_COMMON_NAME = 64


class CannotCertify(Exception):
    """No usable certificate can be had; the text is one sentence for the operator that says what to do."""


# ---------------------------------------------------------------- what is certified


@dataclass(frozen=True)
class Names:
    """What a server is called: host names in lower case, and addresses. Loopback is always among them."""

    hosts: tuple[str, ...]
    addresses: tuple[Address, ...]

    @classmethod
    def of(cls, called: Iterable[str]) -> Names:
        """From host names and addresses in any order, as people write them; `localhost` and loopback are added."""
        hosts: dict[str, None] = {}
        addresses: dict[Address, None] = {}
        for name in called:
            address = _address_in(name)
            if address is None:
                hosts[_host_as_certified(name)] = None
            elif not address.is_unspecified:  # "listen on all" is no name
                addresses[address] = None
        hosts["localhost"] = None
        addresses |= dict.fromkeys((IPv4Address("127.0.0.1"), IPv6Address("::1")))
        return cls(tuple(hosts), tuple(addresses))

    def with_more(self, others: Names) -> Names:
        """These, and those of `others` that are not among them."""
        return Names(
            tuple(dict.fromkeys(self.hosts + others.hosts)), tuple(dict.fromkeys(self.addresses + others.addresses))
        )

    def outward(self) -> frozenset[str]:
        """Those that others may use: everything but loopback."""
        addresses = (str(address) for address in self.addresses if not address.is_loopback)
        return frozenset([*(host for host in self.hosts if host != "localhost"), *addresses])

    def all(self) -> frozenset[str]:
        return frozenset([*self.hosts, *map(str, self.addresses)])


def _address_in(name: str) -> Address | None:
    try:
        return ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return None


def _host_as_certified(name: str) -> str:
    """`name` as DNS knows it: lower case, no final dot, other scripts as A-labels."""
    plain = name.strip().rstrip(".").lower()
    try:
        return plain if plain.isascii() else plain.encode("idna").decode("ascii")
    except UnicodeError:
        raise CannotCertify(f"“{name}” is no host name; give the server's name as DNS has it.") from None


# ---------------------------------------------------------------- making, without files


@dataclass(frozen=True)
class Pair:
    """A private key and the certificate of its public half."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self, *above: x509.Certificate) -> bytes:
        """Key, certificate, and the certificates `above` it."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        certificates = (self.certificate, *above)
        return key + b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates)

    def ends(self) -> datetime:
        return self.certificate.not_valid_after_utc


def root_for(names: Names, now: datetime) -> Pair:
    """A new root that may sign for `names` alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    # A piece of the key in the name: two roots of one machine must not look like one to whoever picks from a list.
    title = f"Yanxin {names.hosts[0]}"[: _LONGEST_COMMON_NAME - 9] + f" {identifier.digest.hex()[:8]}"
    permitted = [
        *(x509.DNSName(host) for host in names.hosts),
        *(x509.IPAddress(ip_network(address)) for address in names.addresses),
    ]
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Yanxin"), x509.NameAttribute(NameOID.COMMON_NAME, title)]
    )
    start = _start(now)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    return Pair(key, certificate)


def server_under(root: Pair, names: Names, now: datetime) -> Pair:
    """A new certificate for `names`, signed by `root`; it does not outlive the root.

    Whether the root may sign for `names` is not looked at here but by whoever checks the certificate.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    start = max(_start(now), root.certificate.not_valid_before_utc)
    title = next((host for host in names.hosts if len(host) <= _LONGEST_COMMON_NAME), "localhost")
    issuer_identifier = root.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    called = [
        *(x509.DNSName(host) for host in names.hosts),
        *(x509.IPAddress(address) for address in names.addresses),
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)]))
        .issuer_name(root.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        # Both ends count as valid, so the last second is one less than the life.
        .not_valid_after(min(start + SERVER_LIFE - timedelta(seconds=1), root.ends()))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(called), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_identifier), critical=False
        )
        .sign(root.key, hashes.SHA256())
    )
    return Pair(key, certificate)


def named_in(root: x509.Certificate) -> Names:
    """The names that `root` was made for."""
    constraints = root.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = constraints.permitted_subtrees or []
    return Names(
        tuple(name.value for name in permitted if isinstance(name, x509.DNSName)),
        tuple(ip_network(str(name.value)).network_address for name in permitted if isinstance(name, x509.IPAddress)),
    )


def covered(root: x509.Certificate, names: Names) -> Names:
    """Those of `names` that the constraints of `root` allow."""
    permitted = named_in(root)
    return Names(
        tuple(host for host in names.hosts if any(f".{host}".endswith(f".{zone}") for zone in permitted.hosts)),
        tuple(address for address in names.addresses if address in permitted.addresses),
    )


def certified(server: x509.Certificate) -> frozenset[str]:
    """The host names and addresses that the certificate `server` is for."""
    alternative = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    hosts = alternative.get_values_for_type(x509.DNSName)
    return frozenset([*hosts, *map(str, alternative.get_values_for_type(x509.IPAddress))])


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the whole certificate, as browsers and systems show it: `AB:CD:…`, 32 bytes."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _start(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(microsecond=0) - _BACKDATED


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


# ---------------------------------------------------------------- keeping, in a folder


@dataclass(frozen=True)
class Certificates:
    """What a server needs to speak TLS, and what it tells its operator."""

    root: Path
    """The root's certificate alone, to be handed out."""
    server: Path
    """Key and chain of the server in one file, as `SSLContext.load_cert_chain` takes it."""
    fingerprint: str
    """SHA-256 of the root, `AB:CD:…`: to be compared by whoever trusts it on a desk."""
    renewed_from: datetime
    """From this moment on another call of `made` makes a new server certificate."""
    left_out: tuple[str, ...]
    """Names and addresses of the machine that the root does not cover, sorted."""
    root_is_new: bool
    """This call has made a root; who trusted another one on a desk has to trust this one."""


def made(folder: Path, names: Names, now: datetime, *, new_root: bool = False) -> Certificates:
    """The certificates in `folder` for `names`, made or renewed where that is due.

    To be called at every start and once a day: nothing is written when nothing is due. `new_root` makes a new root
    whatever the old one covers. The server certificate is made again within RENEWED_BEFORE_END of its end and when
    `names` has one that the root covers and the certificate lacks. Raises CannotCertify for files that cannot be read as certificates and for a clock
    before the root's first day, and OSError as the folder does.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root_file, server_file = folder / "root.pem", folder / "server.pem"

    root = _read(root_file)
    root_is_new = root is None or new_root or _is_of_no_use(root.certificate, names, now)
    if root is None or root_is_new:
        if root is not None:
            _replace(folder / f"root-{fingerprint(root.certificate).replace(':', '')[:16]}.pem", root.pem(), 0o600)
        root = root_for(names, now)
        _replace(root_file, root.pem(), 0o600)
    elif now < root.certificate.not_valid_before_utc:
        # Not replaced: after a dead clock battery every desk would have to trust a new root, and again next day.
        raise CannotCertify(
            f"The clock says {now:%Y-%m-%d}, but the root certificate begins on "
            f"{root.certificate.not_valid_before_utc:%Y-%m-%d}; set the clock, or remove {root_file} for a new root."
        )
    for_others = folder / "root.crt"
    public = root.certificate.public_bytes(serialization.Encoding.PEM)
    if not for_others.exists() or for_others.read_bytes() != public:
        _replace(for_others, public, 0o644)

    usable = covered(root.certificate, names)
    server = None if root_is_new else _read(server_file)
    if server is None or _is_due(server.certificate, root.certificate, usable, now):
        server = server_under(root, usable.with_more(named_in(root.certificate)), now)
        _replace(server_file, server.pem(), 0o600)

    return Certificates(
        root=for_others,
        server=server_file,
        fingerprint=fingerprint(root.certificate),
        renewed_from=server.ends() - RENEWED_BEFORE_END,
        left_out=tuple(sorted(names.all() - usable.all())),
        root_is_new=root_is_new,
    )


def _is_of_no_use(root: x509.Certificate, names: Names, now: datetime) -> bool:
    outward = names.outward()
    is_elsewhere = bool(outward) and not outward & covered(root, names).all()
    return is_elsewhere or now >= root.not_valid_after_utc - RENEWED_BEFORE_END


def _is_due(server: x509.Certificate, root: x509.Certificate, names: Names, now: datetime) -> bool:
    is_in_time = server.not_valid_before_utc <= now < server.not_valid_after_utc - RENEWED_BEFORE_END
    return not is_in_time or not names.all() <= certified(server) or not _is_signed_by(server, root)


def _is_signed_by(server: x509.Certificate, root: x509.Certificate) -> bool:
    try:
        server.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _read(file: Path) -> Pair | None:
    """Key and first certificate in `file`; None where there is none."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    unreadable = CannotCertify(f"{file} is no key with its certificate; restore it, or remove it for a new one.")
    try:
        key = serialization.load_pem_private_key(content, password=None)
        certificate = x509.load_pem_x509_certificate(content)
    except (ValueError, TypeError) as cause:
        raise unreadable from cause
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise unreadable
    return Pair(key, certificate)


def _replace(file: Path, content: bytes, mode: int) -> None:
    """Puts `content` in place of `file` in one piece, on the disk when this returns."""
    handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mode 0600 from the first moment
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fchmod(out.fileno(), mode)
            os.fsync(out.fileno())
        Path(beside).replace(file)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# ---------------------------------------------------------------- speaking TLS


def tls_context(certificate: Path, key: Path | None = None) -> ssl.SSLContext:
    """TLS for a server with `certificate` (a chain in PEM) and its `key`, by default in the same file.

    TLS 1.2 and 1.3 with forward secrecy and AEAD alone. To renew a certificate while people are connected, call
    `load_cert_chain` on the context that this gave: new connections get the new one.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_alpn_protocols(["http/1.1"])
    # Tickets carry the session to the client and back, so the server remembers nobody; OpenSSL would send two.
    context.num_tickets = 1
    try:
        context.load_cert_chain(certificate, key)
    except ssl.SSLError as cause:
        raise CannotCertify(
            f"{certificate} and {key or 'the key in it'} are no certificate and its key; give both in PEM."
        ) from cause
    return context
