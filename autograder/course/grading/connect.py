"""The way to a Dask cluster: one on this machine, or any whose scheduler runs."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import dask
from distributed import Client, LocalCluster, Security

from autograder.errors import UserError
from autograder.sandbox import ending, scratch

START = Path(__file__).parents[2] / "entry" / "start.py"
PRELOAD = f"import runpy; runpy.run_path({str(START)!r})"  # has a worker find this package
NOT_STOPPED = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"  # as the grader decides
FOLDERS = "distributed.diskutils"  # says so where the folder of a process went before it did
QUIET = f"import logging; logging.getLogger({FOLDERS!r}).setLevel(logging.CRITICAL)"
ANY_PORT = "127.0.0.1:0"  # of its own, one is warned of where it is taken
CONNECT, PORT = 30.0, 8786  # seconds; where a scheduler listens unless it is told


@contextlib.contextmanager
def to_scheduler(address: str) -> Iterator[Client]:
    """Connect to a scheduler.

    Raises
    ------
    UserError
        It is not there, or what goes there could be read or changed on the way.
    """
    whole = address if "://" in address else f"tcp://{address}"
    if not is_protected(whole):
        raise UserError(
            f"--scheduler {address}: over a network, a scheduler is reached with TLS only, as "
            "tls://HOST:PORT; docs/cluster.md says how to make the certificates."
        )
    security = Security(require_encryption=True) if whole.startswith("tls") else None
    if security is not None and security.get_connection_args("client")["ssl_context"] is None:
        raise UserError(
            f"--scheduler {address}: TLS takes a certificate, and Dask's settings name none; "
            "docs/cluster.md says how to make one, and how Dask is told."
        )
    try:
        # First by itself: a client that fails goes on trying when it is not wanted any more.
        parts = urlsplit(whole)
        socket.create_connection((parts.hostname, parts.port or PORT), CONNECT).close()
        client = Client(whole, security=security, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UserError(f"--scheduler {address}: no connection ({error}).") from None
    with client:
        yield client


@contextlib.contextmanager
def to_this_machine(workers: int) -> Iterator[Client]:
    """Start a cluster of so many workers on this machine, which ends with this process."""
    logging.getLogger(FOLDERS).setLevel(logging.CRITICAL)
    with (
        TemporaryDirectory(prefix="workers-", dir=scratch.home()) as folder,
        dask.config.set({"temporary-directory": folder}),
    ):
        with ending.unheard():  # nor by workers that take the place of others: a thread starts them
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": ANY_PORT},
                preload=[NOT_STOPPED, QUIET, PRELOAD],
            )
        with cluster, Client(cluster, set_as_default=False) as client:
            yield client


def is_protected(address: str) -> bool:
    """Return whether nobody else can read or change what goes to an address with its protocol."""
    parts = urlsplit(address)
    return parts.scheme == "tls" or (parts.scheme == "tcp" and is_loopback(parts.hostname or ""))


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, reached without a network."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
