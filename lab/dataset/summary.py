"""What a dataset says of each API: how often it was called, what a call costs, and how well that is known."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from lab.dataset.tables import DATABASE
from records.errors import ConfigurationError

_APIS = """
SELECT api,
    count(DISTINCT project || '/' || program) AS programs,
    count(*) AS sites,
    sum(calls)::BIGINT AS calls,
    count(*) FILTER (label IN ('measured', 'pooled') AND "group" IS NULL) AS sites_known,
    count(*) FILTER (label = 'bounded' OR "group" IS NOT NULL) AS sites_bounded,
    quantile_cont(energy_per_call_j, 0.05) FILTER (known) AS energy_p5_j,
    median(energy_per_call_j) FILTER (known) AS energy_median_j,
    quantile_cont(energy_per_call_j, 0.95) FILTER (known) AS energy_p95_j,
    median((energy_inclusive_high_j - energy_inclusive_low_j) / 2 / energy_inclusive_j * 100)
        FILTER (known AND energy_inclusive_j > 0) AS half_width_median_pct,
    {counters}
FROM (
    SELECT *, label IN ('measured', 'pooled') AND "group" IS NULL AS known
    FROM api_calls WHERE kind IN ('call', 'decorator', 'with') AND api <> ''
)
GROUP BY api
ORDER BY energy_median_j DESC NULLS LAST, calls DESC, api
"""
_COUNTERS = ("cpu", "ram", "gpu")


@dataclass(frozen=True, slots=True)
class ApiSummary:
    """One API over all programs.

    Attributes:
        api: canonical name.
        programs, sites: in how many programs and at how many places it was called.
        calls: in all runs.
        sites_known: sites whose energy is measured or pooled; ``sites_bounded`` those with a bound only.
        energy_p5_j, energy_median_j, energy_p95_j: quantiles of the gross energy of one call, with the calls
            within it, over the sites whose energy is known; ``None`` without one.
        half_width_median_pct: median over these of half the 95 % interval between repeats, in percent of the
            energy; ``None`` with fewer than three runs.
        cpu_pct, ram_pct, gpu_pct: energy of a part by the computer's own counters, in percent of that at the
            wall, median over these sites; ``None`` where there were no counters.
    """

    api: str
    programs: int
    sites: int
    calls: int
    sites_known: int
    sites_bounded: int
    energy_p5_j: float | None
    energy_median_j: float | None
    energy_p95_j: float | None
    half_width_median_pct: float | None
    cpu_pct: float | None
    ram_pct: float | None
    gpu_pct: float | None


def share(api: ApiSummary, part: str) -> float | None:
    """Return the share of ``cpu``, ``ram`` or ``gpu`` in percent."""
    return {"cpu": api.cpu_pct, "ram": api.ram_pct, "gpu": api.gpu_pct}[part]


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole dataset.

    Attributes:
        simulated: whether any of its energies comes from a virtual instrument.
        projects, programs: that have energies.
        calls: in all runs; ``sites`` their places, ``sites_known`` those with an energy of their own.
        apis: those with the largest energy of a call first.
        failures: project, program, stage and reason of each.
    """

    simulated: bool
    projects: int
    programs: int
    calls: int
    sites: int
    sites_known: int
    apis: tuple[ApiSummary, ...]
    failures: tuple[tuple[str, str | None, str, str], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the summary as JSON types."""
        names = ("project", "program", "stage", "reason")
        failures = [dict(zip(names, failure, strict=True)) for failure in self.failures]
        return {**asdict(self), "apis": [asdict(api) for api in self.apis], "failures": failures}


def summarise(out: Path) -> Summary:
    """Summarise a dataset.

    Args:
        out: its folder.

    Raises:
        ConfigurationError: there is no dataset with energies.
    """
    path = out / DATABASE
    if not path.is_file():
        raise ConfigurationError(
            f"{out}: expected a dataset with {DATABASE}, but there is none. `lab dataset build` makes it; "
            f"failures.csv says what failed"
        )
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            return _summary(connection)
    except duckdb.Error as error:
        first = str(error).partition("\n")[0]
        raise ConfigurationError(f"{path}: expected the tables of a dataset: {first}") from None


def _summary(connection: duckdb.DuckDBPyConnection) -> Summary:
    programs = connection.execute(
        "SELECT coalesce(bool_or(simulated), false), count(DISTINCT project), count(*) FROM programs"
    ).fetchone()
    assert programs is not None
    there = {
        name for (name,) in connection.execute("SELECT column_name FROM (DESCRIBE api_calls)").fetchall()
    }
    counters = ", ".join(
        f"median(counter_{part}_j / energy_inclusive_j * 100) FILTER (known AND energy_inclusive_j > 0)"
        if f"counter_{part}_j" in there
        else "NULL"
        for part in _COUNTERS
    )
    apis = [ApiSummary(*row) for row in connection.execute(_APIS.format(counters=counters)).fetchall()]
    failures = connection.execute("SELECT * FROM failures ORDER BY ALL").fetchall()
    simulated, projects, measured = programs
    return Summary(
        simulated=simulated,
        projects=projects,
        programs=measured,
        calls=sum(api.calls for api in apis),
        sites=sum(api.sites for api in apis),
        sites_known=sum(api.sites_known for api in apis),
        apis=tuple(apis),
        failures=tuple(failures),
    )
