"""Call sites in words and as a table: which costs most, how sure that is, and how each energy was found."""

from collections import Counter

from records.rows.calls import CallSiteRow
from reports.blocks.contract import Text
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.calls.profiles import Profile
from reports.words.calls import Joules, full_name, site_name, site_place
from reports.words.numbers import ABSENT, plain
from reports.words.texts import counted

HOW = (
    "Energies and times are means per run, those of a site without the calls within it, so that all sites, "
    "the time outside recorded calls and the waits add up to the run. Measured: each call lasts long enough "
    "for the meter, which gives its energy over its own window. Pooled: shorter calls, whose mean powers are"
    " a generalised least-squares fit over all intervals of the meter in all runs. Bounded: the fit cannot "
    "tell the site from others, and only an upper bound is known. A group stands for sites that always come "
    "together."
)


_COUNTERS = (
    " Counters of the CPU, its memory and the graphics cards give the energy with the calls within, without "
    "the baseline taken away; a dash where their samples cannot tell it."
)


_GROUPED = "in groups"
_LABELS = ("measured", "pooled", "bounded", _GROUPED)


def answer(profile: Profile) -> Text:
    """Say which call costs most, and how sure that is."""
    rows = [row for row in profile.parts if row.kind not in ("uncovered", "gate")]
    known = [row for row in rows if profile.energy(row).value is not None]
    lead = f"{profile.name}: "
    if not profile.induced and any(row.induced_exclusive_j is not None for row in rows):
        lead += "no call's energy above the baseline can be told from zero, so energies are gross. "
    if not known:
        return Text(f"{lead}no call has an energy that the meter resolves.", "warn")
    first, *others = known
    energy = profile.energy(first)
    costs = f"{_with_interval(energy)}{_share(profile, first)}, {first.label}"
    rival = next((row for row in rows if _may_exceed(profile.energy(row), energy)), None)
    if rival is not None:
        at_most = f"{full_name(rival)} may use more: {profile.energy(rival).words} J, only a bound is known."
        return Text(
            f"{lead}Among the calls with a known energy, {_costs_most(first)}: {costs}. {at_most}",
            "warn",
        )
    words = f"{lead}{_costs_most(first)}: {costs}."
    if not others:
        return Text(words, "good")
    second = profile.energy(others[0])
    nearest = f"Next is {full_name(others[0])} with {_with_interval(second)}"
    if energy.low is not None and second.high is not None and energy.low > second.high:
        return Text(f"{words} {nearest}; the intervals do not overlap.", "good")
    return Text(
        f"{words} {nearest}; their intervals overlap or are unknown, so the order is uncertain.", "warn"
    )


def _costs_most(row: CallSiteRow) -> str:
    return f"{full_name(row)} {'cost' if row.kind == 'group' else 'costs'} most"


def _may_exceed(bounded: Joules, known: Joules) -> bool:
    least = known.value if known.low is None else known.low
    return bounded.bound is not None and least is not None and bounded.bound > least


def coverage(profile: Profile) -> Text:
    """Say how many sites have which kind of energy, and what lies outside the calls."""
    sites = [row for row in profile.sites if row.kind not in ("uncovered", "gate", "group")]
    labels = Counter(row.label if row.group is None else _GROUPED for row in sites)
    kinds = ", ".join(f"{labels[label]} {label}" for label in _LABELS if labels[label])
    words = [f"{counted(len(sites), 'call site')}: {kinds or 'none with an energy'}."]
    for row in profile.parts:
        if row.kind in ("uncovered", "gate"):
            share = profile.share_pct(row)
            part = "" if share is None else f" ({plain(share, 3)} %)"
            words.append(f"{site_name(row).capitalize()}: {profile.energy(row).words} J{part}.")
    if profile.fit is not None and profile.fit.explained is not None:
        explained = plain(100 * profile.fit.explained, 3)
        words.append(f"The regression explains {explained} % of the variance of the meter's intervals.")
    return Text(" ".join(words), "small")


def _with_interval(energy: Joules) -> str:
    ends = f" {energy.ends}" if energy.ends != ABSENT else ""
    return f"{energy.words} J{ends}"


def _share(profile: Profile, row: CallSiteRow) -> str:
    share = profile.share_pct(row)
    return "" if share is None else f", {plain(share, 3)} % of the {profile.kind} of a run"


def sites_table(profiles: list[Profile]) -> Table:
    """Tabulate the call sites of all scenarios, the largest energy first."""
    several = len(profiles) > 1
    columns: Columns[tuple[Profile, CallSiteRow]] = (
        Column("Call", lambda one: site_name(one[1]), numeric=False),
        text_column("Place", lambda one: site_place(one[1])),
        text_column("Scenario", lambda one: one[0].name if several else ""),
        text_column("Label", lambda one: _of_group(one[1]) or one[1].label, whole=True),
        Column("Calls per run", lambda one: plain(one[1].calls_per_run, 3) if one[1].calls else ABSENT),
        Column("Time", lambda one: plain(one[1].time_exclusive_s, 3), "s"),
        Column("Energy", lambda one: one[0].energy(one[1]).words, "J"),
        Column("95 % interval", lambda one: one[0].energy(one[1]).ends, "J"),
        Column("Share", lambda one: plain(one[0].share_pct(one[1]), 3), "%"),
        Column("With calls within", _inclusive, "J"),
        Column("Gross per call", lambda one: plain(one[1].energy_per_call_j, 3), "J"),
        Column("Mean power", _power, "W"),
        Column("Median duration", lambda one: plain(one[1].duration_median_s, 3), "s"),
        Column("CPU counter", lambda one: plain(one[1].counter_cpu_j, 3), "J"),
        Column("Memory counter", lambda one: plain(one[1].counter_ram_j, 3), "J"),
        Column("GPU counter", lambda one: plain(one[1].counter_gpu_j, 3), "J"),
    )
    rows = [(profile, row) for profile in profiles for row in profile.sites]
    kind = profiles[0].kind if profiles else "energy"
    return table(
        "call-sites",
        f"Call sites: {kind} per run without the calls within",
        columns,
        rows,
        note=HOW + (_COUNTERS if any(_counted(row) for _, row in rows) else ""),
        source="call_sites",
    )


def _counted(row: CallSiteRow) -> bool:
    return any(value is not None for value in (row.counter_cpu_j, row.counter_ram_j, row.counter_gpu_j))


def _of_group(row: CallSiteRow) -> str:
    return f"in group {row.group}" if row.group is not None else ""


def _power(one: tuple[Profile, CallSiteRow]) -> str:
    """Return the mean power of a site whose energy is known."""
    return ABSENT if one[1].label == "bounded" else plain(one[1].power_w, 3)


def _inclusive(one: tuple[Profile, CallSiteRow]) -> str:
    """Return the energy with the calls within, where there are any."""
    profile, row = one
    if row.time_inclusive_s <= row.time_exclusive_s:
        return ABSENT
    return profile.energy(row, "inclusive").words
