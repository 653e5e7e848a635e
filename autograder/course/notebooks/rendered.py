"""A student's text for the formgrader: as HTML in which nothing acts and nothing is fetched.

The formgrader shows Markdown with all HTML in it, in the browser of a signed-in instructor. So what
is given to it is the HTML that the text comes to, of which only what is listed here is kept.
"""

from __future__ import annotations

import html
import re
from typing import Any

import nh3
from mistune import HTMLRenderer
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

MAX_TEXT = 10_000  # characters of a cell that are read as Markdown; more are shown as they are
MAX_TEXTS = 100_000  # of all cells of a notebook
KEPT = """
a b blockquote br code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre s span
strong sub sup table tbody td th thead tr ul
"""
TAGS = set(KEPT.split())
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
DATA = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=]*")
# What means something in Markdown and nothing in HTML: as numbers, so that it is read once.
ACTIVE = {ord(letter): f"&#{ord(letter)};" for letter in "\n\r\t\\`*_{}[]()+-.!$|~:@^"}
# What formulas are written with, and makes no link, no style and no new command.
TEX = """
begin end left right big Big bigg Bigg bigl bigr Bigl Bigr middle frac dfrac tfrac binom sqrt
sum prod int iint oint lim limsup liminf max min sup inf arg argmax argmin log ln exp sin cos
tan tanh sinh cosh det dim ker Pr gcd mod bmod pmod deg operatorname text textbf textit mathrm
mathbf mathbb mathcal mathit mathsf mathtt mathfrak boldsymbol hat bar tilde vec dot ddot
widehat widetilde overline underline overbrace underbrace overset underset stackrel substack
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi
varpi rho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi
Sigma Upsilon Phi Psi Omega partial nabla infty ell hbar Re Im aleph emptyset varnothing forall
exists neg in notin ni subset subseteq supset supseteq cup cap setminus land lor wedge vee le
leq ge geq ne neq lt gt ll gg approx sim simeq cong equiv propto to gets mapsto rightarrow
leftarrow Rightarrow Leftarrow leftrightarrow Leftrightarrow implies iff longrightarrow uparrow
downarrow times cdot div pm mp ast star circ bullet oplus otimes odot cdots ldots dots vdots
ddots prime dagger top bot perp mid parallel lfloor rfloor lceil rceil langle rangle lvert rvert
lVert rVert vert Vert quad qquad displaystyle textstyle limits nolimits not tag nonumber hline
lbrace rbrace backslash colon
"""
HARMLESS_TEX = frozenset(TEX.split())
IN_CODE = re.compile(r"<(pre|code)>.*?</\1>", re.DOTALL)


class Renderer(IPythonRenderer):
    """nbconvert's own, with pictures from the cell alone, and code as it is.

    To highlight code takes a time that grows with the square of its length.
    """

    def block_code(self, code: str, info: str | None = None) -> str:
        """Return a block of code."""
        return str(HTMLRenderer.block_code(self, code))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Return a picture that was pasted into the cell, or what any other one is called."""
        forms = self.attachments.get(url.removeprefix("attachment:"), {})
        if "image/png" not in forms:
            return html.escape(f"[picture: {text or url}]")
        source = f"data:image/png;base64,{forms['image/png']}"
        return f'<img src="{source}" alt="{html.escape(text)}">'


def allowed(tag: str, name: str, value: str) -> str | None:
    """Return the value of an attribute, or None where it is to be left out."""
    if name == "href":
        return value if LINK.match(value.strip()) else None
    if name == "src":
        return value if DATA.fullmatch(value) else None
    return value


def rendered(text: str, attachments: Any = None) -> str:
    """Return a student's Markdown as text that Markdown leaves as it is, and shows the same.

    Parameters
    ----------
    text : str
        What the student wrote.
    attachments : mapping, optional
        The pictures that were pasted into it, as a notebook's cell has them.
    """
    if len(text) > MAX_TEXT:
        return plain(text)
    renderer = Renderer(escape=False, exclude_anchor_links=True, attachments=attachments or {})
    try:
        made = MarkdownWithMath(renderer=renderer).render(text)
    except Exception:  # a parser that meets a text made to break it may raise anything
        return plain(text)
    return one_block(cleaned(made))


def cleaned(made: str) -> str:
    """Return HTML with nothing but what is allowed."""
    return nh3.clean(
        made,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=allowed,
        url_schemes={"http", "https", "mailto", "data"},
    )


def plain(text: str) -> str:
    """Return text that is shown as it was typed."""
    return one_block(f"<pre>{html.escape(text)}</pre>")


def one_block(made: str) -> str:
    """Return clean HTML as one block of Markdown, which leaves it as it is.

    Formulas stay formulas, unless they hold a command that is not on the list: a few of MathJax's
    make links and styles, and new names for those.
    """
    commands = re.findall(r"\\([A-Za-z]+)", html.unescape(IN_CODE.sub("", made)))
    kind = "" if HARMLESS_TEX.issuperset(commands) else ' class="tex2jax_ignore mathjax_ignore"'
    return f"<div{kind}>{made.translate(ACTIVE)}</div>"
