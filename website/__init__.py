"""The site that answers errors: static pages from rules, messages, causes and docs, and the rulebook in the browser.

jinja2 makes the pages: pgwhy has it already for the HTML report, whose style the site shares; most pages come from the
rulebook and not from Markdown; and a strict Content-Security-Policy has to hold, without a script or a font of a theme.
"""
