"""The notebook as a page to be read, on a phone too: no Python, no script."""

from __future__ import annotations

import json
import os
import posixpath
import re
import subprocess
import sys
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.errors import UserError

PLACE = re.compile("\N{OBJECT REPLACEMENT CHARACTER}(\\d+);")  # where a formula goes


class Renderer(IPythonRenderer):
    """nbconvert's own, with files from the site, and formulas kept for later."""

    def __init__(self, folder: str) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self._folder = folder
        self.formulas: list[tuple[str, str]] = []

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Return a link; one to a file beside the notebook leads to that on the site."""
        return str(super().link(text, self._on_site(url), title))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Return a picture of the site."""
        return f'<img src="{escape(self._on_site(url))}" alt="{escape(text)}">'

    def block_math(self, body: str) -> str:
        """Return the place of a formula on a line of its own."""
        return self._kept(body, "block")

    def multiline_math(self, text: str) -> str:
        """Return the place of a formula on lines of its own."""
        return self.block_math(text)

    def inline_math(self, body: str) -> str:
        """Return the place of a formula within a line."""
        return self._kept(body, "inline")

    def _kept(self, body: str, display: str) -> str:
        self.formulas.append((body.strip().strip("$").strip(), display))
        place = f"\N{OBJECT REPLACEMENT CHARACTER}{len(self.formulas) - 1};"
        return place if display == "inline" else f'<div class="scroll">{place}</div>'

    def _on_site(self, url: str) -> str:
        if urlsplit(url).scheme or url.startswith("#"):
            return url
        return posixpath.normpath(posixpath.join(self._folder, url))


def cells(notebook: bytes, folder: str, tools: Path) -> list[tuple[str, str]]:
    """Return the kind and the HTML of each cell: ``"markdown"``, or ``"code"``.

    Parameters
    ----------
    notebook : bytes
        The student's notebook.
    folder : str
        Where its folder is on the site.
    tools : Path
        The folder of what ``tools.txt`` lists.
    """
    renderer = Renderer(folder)
    read = MarkdownWithMath(renderer=renderer)
    made = [(cell["cell_type"], html_of(cell, read)) for cell in json.loads(notebook)["cells"]]
    formulas = mathml(renderer.formulas, tools)
    return [(kind, PLACE.sub(lambda place: formulas[int(place[1])], html)) for kind, html in made]


def html_of(cell: dict[str, Any], read: MarkdownWithMath) -> str:
    """Return a cell's source as HTML."""
    source = "".join(cell["source"])
    return str(read(source)) if cell["cell_type"] == "markdown" else escape(source)


def mathml(formulas: list[tuple[str, str]], tools: Path) -> list[str]:
    """Return formulas as MathML."""
    done = subprocess.run(
        [sys.executable, "-P", str(Path(__file__).with_name("mathml.py"))],
        env={**os.environ, "PYTHONPATH": str(tools)},
        input=json.dumps(formulas),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise UserError(f"A formula of the notebook cannot be shown:\n{done.stderr.strip()}")
    made: list[str] = json.loads(done.stdout)
    return made
