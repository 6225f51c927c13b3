"""How a campaign is cited, as text and for BibTeX. Names of people are never invented."""

import re
from datetime import UTC, datetime

from records.results import Results
from reports.campaign.view import View
from reports.words.texts import printable, slug

_AUTHORS = "[names of those who planned and ran the measurement]"
_AUTHORS_OF_LOGS = "[names of those who measured the imported logs, and their publication]"
_KEY_LENGTH = 60
_TEX = {"\\": "/", "{": "(", "}": ")", "~": "-", "^": ""} | {c: f"\\{c}" for c in "%&#$_"}
"""What BibTeX and TeX would take for a command; braces go, because BibTeX also counts escaped ones."""


def citation(view: View) -> str:
    """Return the citation in one paragraph."""
    results = view.results
    begun, ended = _times(results)
    when = _day(begun) if _day(begun) == _day(ended) else f"{_day(begun)} to {_day(ended)}"
    verb = "recorded" if view.simulated else "measured"
    rule = "" if results.rule == "default" else f", rule {results.rule}"
    return printable(
        f"{_authors(results)} ({_year(begun)}): {_title(view)}. Data set, {verb} {when}. Campaign "
        f"{results.campaign.id}, configuration SHA-256 {results.campaign.config_sha256}. "
        f"Wattlab {results.campaign.wattlab_version}{rule}."
    )


def bibtex(view: View) -> str:
    """Return the citation as a BibTeX entry; ``@misc`` is what classic BibTeX and biblatex both know."""
    campaign = view.results.campaign
    begun, _ = _times(view.results)
    fields = {
        "author": f"{{{_tex(_authors(view.results))}}}",
        "title": f"{{{_tex(_title(view))}}}",
        "year": _year(begun),
        "howpublished": "Data set",
        "note": _tex(
            f"Campaign {campaign.id}, configuration SHA-256 {campaign.config_sha256}, "
            f"Wattlab {campaign.wattlab_version}"
        ),
    }
    key = f"wattlab-{slug(campaign.id)}"[:_KEY_LENGTH].rstrip("-")
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def _tex(text: str) -> str:
    return "".join(_TEX.get(c, c) for c in re.sub(r"\s+", " ", printable(text)).strip())


def _authors(results: Results) -> str:
    return _AUTHORS_OF_LOGS if results.imported else _AUTHORS


def _title(view: View) -> str:
    campaign = view.results.campaign
    title = campaign.title or campaign.id or "Campaign"
    mark = "SIMULATED, not a measurement: " if view.simulated else ""
    return mark + re.sub(r"\s+", " ", title).strip()


def _times(results: Results) -> tuple[float, float]:
    """Return when the first and the last counted run began; when it was planned where none was counted."""
    starts = [run.t_start_utc_s for run in results.runs] or [results.campaign.created_utc_s]
    return min(starts), max(starts)


def _day(t_utc_s: float) -> str:
    return f"{datetime.fromtimestamp(t_utc_s, tz=UTC):%Y-%m-%d}"


def _year(t_utc_s: float) -> str:
    return str(datetime.fromtimestamp(t_utc_s, tz=UTC).year)
