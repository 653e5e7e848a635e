"""Build the browser edition: a folder that any static host can serve, and a link is enough.

It has JupyterLite, Pyodide, the notebook, the package to edit and the public cases. No request of
it goes elsewhere.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from autograder import exercises, locate
from autograder.course import settings as of
from autograder.course.museum import packs
from autograder.course.release import archive as release
from autograder.course.release import proof
from autograder.course.site import contents, fetch, pyodide, reading
from autograder.course.times import shown
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.exercises.settings import Settings
from autograder.sandbox import scratch

MOST = 60_000_000  # bytes: what a student's line loads, the first time
KERNEL = "@jupyterlite/pyodide-kernel-extension"
EXTENSIONS = "share/jupyter/labextensions"
MARK = "convnets-site.json"  # by which a site of ours is known, to be replaced
OVERRIDES = {  # of JupyterLab's settings: all cells are in the page, to be searched and printed
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "defer"},
}
LITE = "from jupyterlite_core.app import main; main()"


def build(exercise: Exercise, file: Path, out: Path, settings: Settings | None = None) -> None:
    """Build the site into the folder `out`, which appears whole or stays as it was.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    file : Path
        The release of Pyodide.
    out : Path
        Where to; a site that is there is replaced.
    settings : Settings, optional
        Those of the course.

    Raises
    ------
    UserError
        The file is not what is wanted, something else is in `out`, or it came out too large.
    """
    settings = settings or Settings()
    refuse(out, settings)
    packs.public(exercise)  # made from the solution where it is stale
    released = dict(release.contents(exercise, locate.root(), settings))
    proof.prove_secrecy(exercise, list(released.items()))
    with tempfile.TemporaryDirectory(prefix="site-", dir=scratch.home()) as made:
        source, site = Path(made) / "source", Path(made) / "site"
        ours = contents.wheel(released, Path(made))
        python = source / "static" / "pyodide"
        names = pyodide.unpack(file, python, [*fetch.wheels(), ours])
        pyodide.compile_at_start(python, names, ours.name)
        write_json(source / "jupyter-lite.json", configuration(names))
        write_json(source / "overrides.json", OVERRIDES)
        for name, content in contents.files(exercise, released):
            path = source / "files" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        jupyterlite(source, site)
        pages(exercise, settings, released[exercise.notebook], site)
        write_json(site / MARK, {"version": locate.version()})
        if size_of(site) > MOST:
            raise UserError(
                f"The site has {size_of(site) / 1e6:.0f} MB, more than {MOST / 1e6:.0f}."
            )
        replace(out, site)


def refuse(out: Path, settings: Settings) -> None:
    """Raise `UserError` where no site can be built, or none there."""
    if out.exists() and not (out / MARK).is_file():
        raise UserError(f"{out} is there, and is no site of this command: --out names another.")
    if settings.changes.modules:
        names = ", ".join(settings.changes.modules)
        raise UserError(f"Students of this course may use {names}, which no browser has here.")


def configuration(packages: list[str]) -> dict[str, Any]:
    """Return JupyterLite's settings: with which packages the kernel starts, and from where."""
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.js",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": packages},
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "ConvNets by hand",
            "litePluginSettings": {f"{KERNEL}:kernel": kernel},
        },
    }


def jupyterlite(source: Path, site: Path) -> None:
    """Have JupyterLite make the site from what is in `source`."""
    tools = fetch.tools()
    command = [
        *(sys.executable, "-c", LITE, "build"),
        *("--lite-dir", str(source), "--contents", str(source / "files")),
        *("--output-dir", str(site)),
        *("--apps", "lab", "--no-sourcemaps", "--no-unused-shared-packages", "--ignore-sys-prefix"),
        f"--LiteBuildConfig.federated_extensions={[str(tools / EXTENSIONS / KERNEL)]!r}",
    ]
    environment = {**os.environ, "PYTHONPATH": str(tools), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        command, cwd=source, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}".strip()
        raise UserError(f"JupyterLite could not make the site:\n{said[-3000:]}")


def pages(exercise: Exercise, settings: Settings, notebook: bytes, site: Path) -> None:
    """Write the page on which a student arrives, and the notebook to be read."""
    environment = Environment(
        loader=PackageLoader("autograder.course"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    title, about = head_of(notebook)
    when = of.due(settings)
    known = {"title": title, "about": about, "notebook": exercise.notebook}
    known |= {"due": shown(when) if when else "", "size": f"{size_of(site) / 1e6:.0f}"}
    folder = f"files/{exercise.notebook.rpartition('/')[0]}"
    cells = reading.cells(notebook, folder, fetch.tools())
    write("index.html", environment.get_template("site.html.jinja").render(known), site)
    page = environment.get_template("reading.html.jinja")
    write("read.html", page.render(title=title, cells=cells, own_pictures=True), site)


def head_of(notebook: bytes) -> tuple[str, str]:
    """Return a notebook's title, and its first paragraph."""
    first = "".join(json.loads(notebook)["cells"][0]["source"])
    title, about = (part.strip() for part in first.split("\n\n")[:2])
    return title.lstrip("# "), about


def write(name: str, text: str, site: Path) -> None:
    """Write a page of the site."""
    (site / name).write_text(text, encoding="utf-8")


def size_of(site: Path) -> int:
    """Return how many bytes a site has."""
    return sum(path.stat().st_size for path in site.rglob("*") if path.is_file())


def replace(out: Path, site: Path) -> None:
    """Put the site in the place of `out`."""
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.with_name(f".{out.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(site, beside)
    if out.exists():
        former = out.with_name(f".{out.name}.former")
        shutil.rmtree(former, ignore_errors=True)
        out.rename(former)
        beside.rename(out)
        shutil.rmtree(former)
    else:
        beside.rename(out)


def write_json(path: Path, tree: dict[str, Any]) -> None:
    """Write a JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--pyodide",
        type=Path,
        required=True,
        metavar="FILE",
        help=f"Pyodide {pyodide.VERSION}, from {pyodide.ADDRESS}",
    )
    parser.add_argument("--out", type=Path, help="folder for the site (default: dist/site)")


def main(options: argparse.Namespace) -> int:
    """Run the command."""
    out = options.out or locate.root() / "dist" / "site"
    build(exercises.default(), options.pyodide, out, of.of_course())
    print(f"Ready to be served: {out} ({size_of(out) / 1e6:.0f} MB)")
    print(f"To try it: {sys.executable} -m http.server --bind 127.0.0.1 --directory {out}")
    return 0
