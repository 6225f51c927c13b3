"""The documentation as a site: ``make docs`` writes it to ``build/docs`` and stops at a dead link."""

project = "Wattlab"
extensions = ["myst_parser"]
myst_heading_anchors = 4
exclude_patterns = ["README.md"]  # index.md holds it
html_theme = "furo"
html_title = "Wattlab"
html_show_copyright = False
