"""The documents as a site: ``nox -s docs``."""

import re
import sys
import tomllib
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

with (ROOT / "pyproject.toml").open("rb") as file:
    about = tomllib.load(file)["project"]

project = "ConvNets by hand"
author = about["authors"][0]["name"]
copyright = f"2026, {author}"
release = version = about["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "sphinx_copybutton"]
exclude_patterns = ["_build", "_made"]
html_theme = "furo"
html_title = project
html_show_sourcelink = False

myst_heading_anchors = 3
default_role = "py:obj"  # a name in single backticks, in docstrings
autodoc_typehints = "none"  # numpydoc's sections say the types
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
suppress_warnings = ["myst.header"]  # parts of other pages begin below their first level
linkcheck_timeout = 20


PAGES = {"README": "readme", "CONTRIBUTING": "contributing", "CHANGELOG": "changelog"}
PAGES["CODE_OF_CONDUCT"] = "conduct"
"""What lies beside this folder, where the field looks for it, and the page that shows it."""


def of_site(link: re.Match[str]) -> str:
    """Return a link between documents as it is in the site, or its words where it leaves that."""
    text, target = link.groups()
    name, _, anchor = target.removeprefix("../").removeprefix("docs/").partition("#")
    page = f"{PAGES[name[:-3]]}.md" if name.removesuffix(".md") in PAGES else name
    if page.removesuffix(".md") in PAGES.values() or (ROOT / "docs" / page).is_file():
        return f"[{text}]({page}{'#' if anchor else ''}{anchor})"
    return text


def for_site(text: str) -> str:
    """Return a document's text with its links as they are in the site."""
    return re.sub(r"(?<!!)\[([^\]]+)\]\((?![a-z]+:|#)([^)\s]+)\)", of_site, text)


def read(_: object, name: str, source: list[str]) -> None:
    """Have Sphinx read a page with its links as they are in the site."""
    source[0] = for_site(source[0])


def make(_: object) -> None:
    """Make the gallery from checks that run now, and the pages of what lies beside this folder."""
    import make_gallery

    make_gallery.main()
    for name, page in PAGES.items():
        text = (ROOT / f"{name}.md").read_text(encoding="utf-8")
        (make_gallery.MADE / f"{page}.md").write_text(for_site(text), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Have all that is made before the pages are read."""
    app.connect("builder-inited", make)
    app.connect("source-read", read)
