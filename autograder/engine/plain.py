"""How pytest is started, so that nothing around it has a say in what the checks do."""

from __future__ import annotations

from pathlib import Path

SETTINGS = Path(__file__).with_name("pytest.ini")
# Off: whatever writes to the terminal or disk, or belongs to the pytest that may run around us.
PLUGINS_OFF = (
    "terminal cacheprovider capture logging warnings faulthandler junitxml pastebin doctest "
    "unittest stepwise setuponly setupplan nose unraisableexception threadexception tmpdir "
    "recwarn monkeypatch debugging assertion"
)
# Keeps options and plugins of the user's own pytest out.
PLAIN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
