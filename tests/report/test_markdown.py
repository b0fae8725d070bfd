"""The Markdown page as a reader of a ticket sees it: parsed by a CommonMark parser with GitHub's tables."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pgwhy.redaction.texts import with_texts
from pgwhy.report.markdown import block, code, escaped, page
from tests.report.scenarios import SLUGS, recorded

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = ("<details><summary>Evidence</summary>", "</details>")
texts = st.text(st.sampled_from("ab1 \\`*_{}[]<>()#+-.!|~$&;:@/\n\"'"), max_size=30)


def shown(markdown: str) -> str:
    """The text of it, without markup."""
    return "".join(child.content for token in PARSER.parse(markdown) for child in token.children or () if child.content)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_page_has_its_headline_and_only_our_own_html(slug):
    tokens = PARSER.parse(page(recorded(slug)))
    assert tokens[0].tag == "h3" and tokens[1].content.startswith("**")
    html = [token.content.strip() for token in tokens if token.type == "html_block"]
    assert set("\n".join(html).splitlines()) <= set(OURS)


def test_the_page_says_what_to_paste_and_what_became_of_it():
    text = page(recorded("lab-no-sni"))
    fences = [token.content.strip() for token in PARSER.parse(text) if token.type == "fence"]
    assert "&options=endpoint%3Dep-cool-darkness-a1b2c3d4" in fences
    assert "**CONFIRMED**: failed before, logged in with it (14 ms)" in text
    assert "| **FAIL** | startup | without SNI: no endpoint, asks for clear text | 2 ms |" in text


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if recorded(slug).verdict.cause])
def test_the_reason_is_there_once(slug):
    report = recorded(slug)
    text = shown(page(report))
    for paragraph in report.findings[0].because.strip().split("\n\n"):
        assert text.count(" ".join(paragraph.split())) == 1


@given(texts)
@settings(deadline=None)
def test_an_escaped_text_is_read_as_it_was(text):
    written = escaped(text)
    plain = " ".join(text.split())
    if plain:
        (token,) = [t for t in PARSER.parse(f"x {written}") if t.type == "inline"]
        assert {child.type for child in token.children} <= {"text"}
        assert token.children[0].content.replace("\u200b", "") == f"x {plain}"


@given(texts)
@settings(deadline=None)
def test_code_is_read_as_it_was(text):
    (token,) = [t for t in PARSER.parse(f"x {code(text)}") if t.type == "inline"]
    assert [child.type for child in token.children] == ["text", "code_inline"]
    assert token.children[1].content.strip() == " ".join(text.split())
    (fence,) = PARSER.parse("\n".join(block(text.replace("\n", " "))))
    assert fence.content.strip() == text.replace("\n", " ").strip()


@pytest.mark.parametrize(
    "hostile",
    ["@octocat", "<img src=x onerror=alert(1)>", "</details>", "[click](https://evil.example)", "| a | b |", "```"],
)
def test_what_a_server_says_formats_nothing(hostile):
    report = with_texts(recorded("lab-wrong-password"), lambda text: f"{text} {hostile}" if " " in text else text)
    tokens = PARSER.parse(page(report))
    inline = [child for token in tokens for child in token.children or ()]
    assert not [child for child in inline if child.type in ("image", "html_inline")]
    assert not [c for c in inline if c.type == "link_open" and "evil" in c.attrs["href"]]
    assert "@octocat" not in "".join(child.content for child in inline if child.type == "text")
    assert len([token for token in tokens if token.type == "table_open"]) == 1
