"""Install CIFAR-10 into the project: ``nox -s data`` runs this.

    nox -s data                        download the official archive (170 MB) and install it
    nox -s data -- --from PATH         install from a local archive or folder instead
    nox -s data -- --force             replace what is installed

A download that breaks is resumed the next time. What arrives is checked against the official
checksum, unpacked to a temporary folder, read once to see that every file is whole, and only then
moved to ``data/cifar-10-batches-py``, so there is never half a data set there.
"""

from __future__ import annotations

import argparse
import hashlib
import http
import http.client
import os
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

DATA = Path(__file__).resolve().parent
sys.path[:0] = [str(DATA), str(DATA.parent / "assignment")]

from cs231n import cifar10  # noqa: E402
from unpacking import FetchError, unpack  # noqa: E402 (found through the line above)

URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
MD5 = "c58f30108f718f92721af3b95e74349a"  # as the data set's page gives it
ARCHIVE = "cifar-10-python.tar.gz"

MAX_ARCHIVE = 256 * 2**20  # the official one has 170,498,071 bytes
CHUNK = 2**18
TIMEOUT = 30  # seconds without an answer or a byte
BY_HAND = f"You can also fetch {URL} in a browser, then: nox -s data -- --from THAT_FILE"


def main(argv: list[str] | None = None) -> int:
    """Install CIFAR-10 as the command line says; return the exit status."""
    args = parse(argv)
    source = args.source or os.environ.get("CIFAR10_DIR")
    try:
        if not args.force and os.path.lexists(args.into / cifar10.FOLDER):
            report_installed(args.into / cifar10.FOLDER)
        elif source:
            install_local(Path(source).expanduser(), args.into)
        else:
            install_download(args.url, MD5, args.into)
    except (FetchError, cifar10.CIFAR10Error) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: CIFAR-10 could not be installed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; nothing was installed. Run it again to go on.", file=sys.stderr)
        return 130
    return 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="nox -s data --", description="Install CIFAR-10 into the project's folder data/."
    )
    parser.add_argument(
        "--from",
        dest="source",
        metavar="PATH",
        help=f"a local {ARCHIVE} (or the .tar that a browser has made of it) or folder "
        f"{cifar10.FOLDER} to install, instead of downloading; "
        "$CIFAR10_DIR, if set, is used in the same way",
    )
    parser.add_argument("--force", action="store_true", help="replace what is installed")
    parser.add_argument("--url", default=URL, help="where to download the official archive from")
    parser.add_argument("--into", type=Path, default=DATA, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def report_installed(folder: Path) -> None:
    """Say that CIFAR-10 is there, or raise if what is there is damaged."""
    cifar10.check(folder)
    print(f"CIFAR-10 is installed in {folder}. Nothing was changed; --force would replace it.")


# ---- From a local archive or folder ------------------------------------------------------------


def install_local(source: Path, data: Path) -> None:
    """Install CIFAR-10 from an archive, or from a folder that has its files."""
    if source.is_dir():
        found = [f for f in (source, source / cifar10.FOLDER) if (f / cifar10.META_FILE).exists()]
        if not found:
            raise FetchError(f"{source} is not CIFAR-10: there is no {cifar10.META_FILE} in it.")
        with staging(data) as stage:
            (stage / cifar10.FOLDER).mkdir()
            for name in cifar10.FILES:
                copy_file(found[0] / name, stage / cifar10.FOLDER / name)
            install(stage, data, found[0])
    elif source.is_file():
        if md5_of(source) != MD5:
            print(f"{source} is not the official archive (its md5 differs); checking every file.")
        with staging(data) as stage:
            unpack(source, stage)
            install(stage, data, source)
    else:
        raise FetchError(f"{source} does not exist. Give an archive {ARCHIVE} or its folder.")


def copy_file(source: Path, target: Path) -> None:
    """Copy one file of the data set."""
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        raise FetchError(f"{source} is missing, so the data set there is not whole.") from None


# ---- From the network --------------------------------------------------------------------------


def install_download(url: str, md5: str, data: Path) -> None:
    """Download the official archive, going on from where the last try ended, and install it."""
    data.mkdir(parents=True, exist_ok=True)
    part = data / f"{ARCHIVE}.part"
    if not (part.exists() and md5_of(part) == md5):
        download(url, part)
        found = md5_of(part)
        if found != md5:
            part.unlink()
            raise FetchError(
                f"what came from {url} is not the official archive: its md5 is {found}, not {md5}. "
                f"It was deleted; try again. {BY_HAND}"
            )
    with staging(data) as stage:
        unpack(part, stage)
        install(stage, data, part)
    part.unlink()


def download(url: str, part: Path) -> None:
    """Fetch a file into `part`, of which some may be there from an earlier try."""
    have = part.stat().st_size if part.exists() else 0
    try:
        with ask(url, have) as response:
            if response.status != http.HTTPStatus.PARTIAL_CONTENT:
                have = 0  # the server sends everything again
            elif not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                raise FetchError(f"{url} sent another part than the one asked for. {BY_HAND}")
            length = response.headers.get("Content-Length")
            total = have + int(length) if length else None
            received = receive(response, part, have, total)
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            part.unlink()  # it is longer than the archive: no part of it
            download(url, part)
            return
        raise FetchError(f"{url}: the server says {error.code} {error.reason}. {BY_HAND}") from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or str(error) or type(error).__name__
        raise FetchError(
            f"the download from {url} failed ({reason}). Run it again: it goes on from where it "
            f"broke. {BY_HAND}"
        ) from None
    if total is not None and received < total:
        raise FetchError(
            f"the connection broke after {received:,} of {total:,} bytes. Run it again: it goes on "
            "from there."
        )


def ask(url: str, have: int) -> http.client.HTTPResponse:
    """Open a connection, asking to leave out the first `have` bytes."""
    headers = {"User-Agent": "convnets-by-hand"}
    if have:
        headers["Range"] = f"bytes={have}-"
    request = urllib.request.Request(url, headers=headers)
    response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT)
    return response


def receive(response: http.client.HTTPResponse, part: Path, have: int, total: int | None) -> int:
    """Write what arrives behind the first `have` bytes of `part`; return how many there are."""
    bar = tqdm(total=total, initial=have, unit="B", unit_scale=True, desc=ARCHIVE)
    with bar, part.open("r+b" if have else "wb") as file:
        file.seek(have)
        while chunk := response.read(CHUNK):
            file.write(chunk)
            have += len(chunk)
            bar.update(len(chunk))
            if have > MAX_ARCHIVE:
                raise FetchError(f"{response.url} sends more than CIFAR-10 has. {BY_HAND}")
    return have


# ---- Installing --------------------------------------------------------------------------------


@contextmanager
def staging(data: Path) -> Iterator[Path]:
    """Give a temporary folder beside the place of installation; its name is one git ignores."""
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data, prefix=f"{ARCHIVE}.") as name:
        yield Path(name)


def install(stage: Path, data: Path, source: Path) -> None:
    """Check the staged files, then move their folder into place in one step."""
    staged, target = stage / cifar10.FOLDER, data / cifar10.FOLDER
    try:
        cifar10.check(staged)
    except cifar10.CIFAR10Error as error:
        raise FetchError(
            f"{source} is not CIFAR-10: {error.path.name} {error.problem}. Nothing was installed."
        ) from None
    former = stage / "former"
    if os.path.lexists(target):
        target.replace(former)
    try:
        staged.replace(target)
    except BaseException:
        if os.path.lexists(former):
            former.replace(target)
        raise
    print(f"CIFAR-10 is installed in {target}. get_CIFAR10_data() uses it from now on.")


def md5_of(path: Path) -> str:
    """Return a file's MD5 checksum, which is what the data set's page publishes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
