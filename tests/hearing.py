"""Signals in processes that tests start."""

import signal


def hear():
    """Undo in a process that is started that whoever ran the tests may ignore an end.

    `nohup` does so, and of Ctrl-C a shell in what it runs in the background.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
