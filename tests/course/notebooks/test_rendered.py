"""course/notebooks/rendered.py: what a student wrote is read, and nothing in it acts."""

from html.parser import HTMLParser

import pytest
from nbconvert.filters.markdown import markdown2html

from autograder.course.notebooks.rendered import MAX_TEXT, TAGS, rendered

PNG = "iVBORw0KGgo="


class Page(HTMLParser):
    """What a browser finds in a page: tags with attributes, and the text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def shown(text, attachments=None):
    """Return what the formgrader makes of a student's text, in a cell of its own."""
    return Page(markdown2html(rendered(text, attachments)))


def assert_harmless(page):
    for tag, attributes in page.tags:
        assert tag in TAGS
        assert set(attributes) <= {"href", "title", "src", "alt", "start", "rel", "class"}
        assert attributes.get("class") in (None, "tex2jax_ignore mathjax_ignore")
        assert attributes.get("src", "data:image/png;base64,").startswith("data:image/png;base64,")
        link = attributes.get("href", "#").lower()
        assert link.startswith(("http://", "https://", "mailto:", "#")), link


HOSTILE = [
    r"[the derivation](javascript\:void($('.full-credit').click()))",
    r"[x](java\script:alert(1))",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:x)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](/logout)",
    "[x](//example.com/)",
    "[x](logout)",
    "[x]\n\n[x]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![x](/logout)",
    "![x](https://example.com/pixel.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](data:text/html,hi)",
    "![x](attachment:missing.png)",
    "![x][y]\n\n[y]: /logout",
    "[![x](/logout)](/logout)",
    "<img src=x onerror=alert(1)>",
    "<img src='/logout'>",
    "<img srcset='/logout 1x'>",
    "<IMG\nSRC=//example.com/a>",
    "<picture><source srcset=/logout></picture>",
    "<video src=/logout autoplay><audio src=/logout>",
    "<svg onload=alert(1)><image href=/logout></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</script>",
    "<iframe src=/logout></iframe>",
    "<object data=/logout><embed src=/logout>",
    "<link rel=stylesheet href=/logout><meta http-equiv=refresh content='0;url=/logout'>",
    "<base href=//example.com/>",
    "<form action=/logout><button formaction=/logout>x</button><input type=image src=/logout>",
    "<div style='background:url(/logout)'>x</div>",
    "<style>*{background:url(/logout)}</style>",
    "<p class='full-credit' id='total' onclick=alert(1)>x</p>",
    "<a href='java&#10;script:alert(1)' ping=/logout>x</a>",
    "<details open ontoggle=alert(1)>x</details>",
    "<body background=/logout><table background=/logout>",
    "<textarea autofocus onfocus=alert(1)>",
    "</div></div><script>alert(1)</script>",
    "<!-- --><img src=/logout><!--",
    "<![CDATA[<img src=/logout>]]>",
    "`<img src=/logout>` and `[x](javascript:alert(1))` and `![x](/logout)`",
    "```\n\n![x](/logout)\n\n[x](javascript:alert(1))\n```",
    "    ![x](/logout)\n\n    <img src=/logout>",
    r"\[x\](javascript:alert(1)) and \!\[x\](/logout)",
    r"\<img src=/logout>",
    "&lt;img src=/logout&gt; &#60;script&#62;",
    "$$\n\n<img src=/logout>\n\n$$",
    "$<img src=/logout>$",
    r"\begin{x}<img src=/logout>\end{x}",
    "~~~mermaid\nclick A href 'javascript:alert(1)'\n~~~",
    "| a |\n|---|\n| ![x](/logout) |",
    "- [ ] <img src=/logout>\n- [x] ![x](/logout)",
    "https://example.com/![x](/logout)",
    "a\n\n\n<div>\n\n![x](/logout)\n\n</div>",
    "\x00<img src=/logout>\ufeff",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_acts(text):
    assert_harmless(shown(text))
    assert_harmless(shown(f"An answer.\n\n{text}\n\nMore."))
    assert_harmless(shown(text * (MAX_TEXT // len(text) + 1)))
    assert "\n" not in rendered(text)


def test_what_is_code_stays_to_be_read():
    page = shown("So `![x](/logout)` and:\n\n```python\nx = a[1]\n\nif x < 2:\n    y()\n```\n")
    assert "![x](/logout)" in page.text
    assert "x = a[1]\n\nif x < 2:\n    y()" in page.text
    assert [tag for tag, _ in page.tags if tag == "pre"] == ["pre"]


def test_text_reads_as_it_did():
    source = (
        "# Why\n\nIt is *faster*, **much**:\n\n1. BLAS\n2. [caches](https://example.com/a_b_c)\n"
    )
    page = shown(source + "\n| a | b |\n|---|---|\n| 1 | 2 |\n\nMail <mailto:a@example.com>.")
    names = [tag for tag, _ in page.tags]
    assert {"h1", "em", "strong", "ol", "li", "table", "td"} <= set(names)
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links == ["https://example.com/a_b_c", "mailto:a@example.com"]
    assert "1. BLAS" not in page.text


FORMULAS = [
    r"$x_1 * y_2 * z$",
    r"$$\frac{\partial L}{\partial W_{ij}} = \sum_n a_n < b$$",
    r"$\text{out}[n, f] = \alpha^{2} \cdot \hat{x}$",
    "$$\n\\begin{aligned}\na &= b \\\\\n\nc &= d\n\\end{aligned}\n$$",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_stay_formulas(formula):
    page = shown(f"We have {formula} here." if "\n" not in formula else formula)
    assert formula in page.text
    assert page.tags[0] == ("div", {})
    assert not [tag for tag, _ in page.tags if tag in ("em", "code")]


@pytest.mark.parametrize(
    "formula",
    [
        r"$\href{javascript:alert(1)}{x}$",
        r"$\style{background: url(/logout)}{x}$",
        r"$\class{full-credit}{x}$ $\cssId{total}{x}$",
        r"$\def\frac{\href}$",
        r"$\let\x\href \x{/logout}{x}$",
        r"$\csname href\endcsname{/logout}{x}$",
        r"$\require{html}$",
        r"$$\unicode{x41}$$",
        r"&#36;&#92;href{/logout}{x}&#36;",
        r"\begin{align}\href{/logout}{x}\end{align}",
        r"text \\href{/logout}{x} $a$",
        r"<b>$\</b>href{/logout}{x}$ $\href{/}{x}$",
    ],
)
def test_formulas_that_could_act_are_shown_as_they_were_typed(formula):
    page = shown(formula)
    assert page.tags[0] == ("div", {"class": "tex2jax_ignore mathjax_ignore"})
    assert_harmless(page)


def test_a_backslash_in_code_leaves_formulas_alone():
    assert shown('`print("\\n")` gives $\\alpha$').tags[0] == ("div", {})


def test_a_picture_that_was_pasted_is_shown():
    page = shown("![my plot](attachment:image.png)", {"image.png": {"image/png": PNG}})
    ((_, attributes),) = [tag for tag in page.tags if tag[0] == "img"]
    assert attributes == {"src": f"data:image/png;base64,{PNG}", "alt": "my plot"}
    assert "[picture: attachment:image.png]" in shown("![](attachment:image.png)").text


def test_a_long_text_is_shown_as_it_is():
    text = "**a** <b>\n\n" * MAX_TEXT
    page = shown(text)
    assert page.text.strip() == text.strip()
    assert {tag for tag, _ in page.tags} == {"div", "pre"}
