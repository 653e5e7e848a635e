"""The documents as a site: ``nox -s docs``."""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

with (ROOT / "pyproject.toml").open("rb") as file:
    about = tomllib.load(file)["project"]

project = "ConvNets by hand"
author = about["authors"][0]["name"]
project_copyright = f"2026, {author}"
release = version = about["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "sphinx_copybutton"]
exclude_patterns = ["_build", "_made"]
html_theme = "furo"
html_title = project
html_show_sourcelink = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
default_role = "py:obj"  # a name in single backticks, in docstrings
autodoc_typehints = "none"  # numpydoc's sections say the types
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
suppress_warnings = ["myst.header"]  # parts of other pages begin below their first level
linkcheck_timeout = 20


def setup(app: object) -> None:
    """Have the gallery made from checks that run now."""
    import make_gallery

    app.connect("builder-inited", lambda _: make_gallery.main())  # type: ignore[attr-defined]
