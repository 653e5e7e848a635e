"""Signals in processes that tests start."""

import signal


def hear():
    """Undo in a process that is started that whoever ran the tests may ignore an end (nohup)."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
