"""What the index keeps of one campaign: who it is, its scenarios, its control runs, how much is refused."""

from dataclasses import dataclass

from records.campaign import CampaignFolder
from records.errors import RecordError
from records.files import sha256_of_json
from records.findings import LEVELS
from records.health import HEALTH_JSON, HealthRecord
from records.imported import ImportRecord
from records.results import Results, read_results
from records.rows.parts import ControlChart
from reports.campaign.first_screen.status import Status, status_of
from reports.campaign.view import ScenarioView, View, view_of
from reports.index.find import LeftOut, Place
from reports.words.environment import meter_words, sut_words
from reports.words.numbers import finite


@dataclass(frozen=True)
class RunEnergy:
    """A run of a campaign: name of its scenario, and its energy."""

    scenario: str
    energy_wh: float


@dataclass(frozen=True)
class Entry:
    """One campaign of the index.

    Attributes:
        place: where it lies.
        campaign: its id.
        title: its title, or its id.
        created_utc_s: when it was planned, or ``None``.
        simulated: whether a virtual instrument took part; then no number is a measurement.
        wattlab_version, rule, config_sha256: as the results say.
        sut, meter: in words.
        planned, completed: number of slots.
        findings: number of findings by level.
        identity: the same for a campaign that was copied, packed and unpacked, or imported twice.
        status: whether its data can be used.
        runs: of its valid runs without the baselines, in the order of time.
        duration_s: from the start of its first valid run to the end of its last one; ``None`` without runs.
        scenarios: its scenarios with their rows.
        health: its control chart (`records.results.Results.health`).
        basis: what its control runs share with those of other campaigns, as a hash; empty where unknown.
    """

    place: Place
    campaign: str
    title: str
    created_utc_s: float
    simulated: bool
    wattlab_version: str
    rule: str
    config_sha256: str
    sut: str
    meter: str
    planned: int
    completed: int
    findings: dict[str, int]
    identity: str
    status: Status
    runs: list[RunEnergy]
    duration_s: float | None
    scenarios: list[ScenarioView]
    health: ControlChart | None = None
    basis: str = ""

    @property
    def bench(self) -> tuple[str, str, bool]:
        """What two campaigns must share before a line may join them: SUT, meter, measured or simulated."""
        return self.sut, self.meter, self.simulated

    def energies_wh(self) -> list[float | None]:
        """Return the energies of which the largest decides the unit of the index."""
        control = self.health.points if self.health else []
        return [item.row.energy_wh for item in self.scenarios] + [row.energy_wh for row in control]


def read_entry(place: Place) -> tuple[Entry, Results] | LeftOut:
    """Read a campaign's results, or say why they cannot be used; nothing is raised for damaged ones."""
    folder = CampaignFolder(place.path)
    try:
        _check_within(folder)
        folder.read()
        results = read_results(folder.results)
        return _entry(place, results), results
    except (RecordError, OSError) as error:
        return LeftOut(place, str(error))


def twin(entry: Entry, seen: dict[str, str]) -> LeftOut | None:
    """Say that a campaign is in the index already; ``None`` where it is not.

    Args:
        entry: the campaign.
        seen: folder by identity of those in the index; this one is added.
    """
    folder = seen.setdefault(entry.identity, entry.place.folder)
    if folder == entry.place.folder:
        return None
    return LeftOut(entry.place, f"The same campaign is in {folder}, which counts.", sound=True)


def _check_within(folder: CampaignFolder) -> None:
    """Refuse files that are links: what they lead to is not this campaign's.

    Raises:
        RecordError: one is.
    """
    for path in (folder.campaign_json, folder.results, folder.results / "results.json"):
        if path.is_symlink():
            raise RecordError(f"{path}: expected the campaign's own, but it is a link. Put a copy there")


def _entry(place: Place, results: Results) -> Entry:
    campaign = results.campaign
    identity = campaign.id or place.folder
    sut = results.environment.get("sut")
    view = view_of(results)
    return Entry(
        place=place,
        campaign=identity,
        title=campaign.title or identity,
        created_utc_s=campaign.created_utc_s,
        simulated=view.simulated,
        wattlab_version=campaign.wattlab_version,
        rule=results.rule,
        config_sha256=campaign.config_sha256,
        sut=sut_words(sut) if isinstance(sut, dict) else "",
        meter=meter_words(results.meter) if results.meter else "",
        planned=campaign.slots_planned,
        completed=campaign.slots_completed,
        findings={level: sum(row.level == level for row in results.findings) for level in LEVELS},
        identity=_identity(place, results),
        status=status_of(view),
        runs=_runs(view),
        duration_s=_duration_s(results),
        scenarios=[_light(item) for item in view.scenarios],
        health=results.health,
        basis=_basis(place),
    )


def _identity(place: Place, results: Results) -> str:
    """Return the hash of what makes a campaign: id and time, or of an import its sources and its runs."""
    campaign = results.campaign
    path = CampaignFolder(place.path).imported_json
    if path.is_symlink() or not path.is_file():
        return sha256_of_json({"id": campaign.id or place.folder, "created_utc_s": campaign.created_utc_s})
    sources = sorted(source.sha256 for source in ImportRecord.read(path).sources)
    runs = [[row.scenario, row.t_start_utc_s, row.duration_s, row.energy_wh] for row in results.runs]
    return sha256_of_json({"sources": sources, "runs": runs})


def _runs(view: View) -> list[RunEnergy]:
    rows = [
        (row.t_start_utc_s, RunEnergy(item.name, energy_wh))
        for item in view.scenarios
        if item.kind != "baseline"
        for row in item.runs
        if (energy_wh := finite(row.energy_wh)) is not None
    ]
    return [run for _, run in sorted(rows, key=lambda pair: pair[0])]


def _duration_s(results: Results) -> float | None:
    if not results.runs:
        return None
    end_s = max(row.t_start_utc_s + row.duration_s for row in results.runs)
    return end_s - min(row.t_start_utc_s for row in results.runs)


def _light(scenario: ScenarioView) -> ScenarioView:
    """Return a scenario with its row only: traces of a hundred campaigns would fill the memory."""
    return ScenarioView(
        scenario.key, scenario.base, scenario.tracker, scenario.kind, scenario.colour, scenario.row
    )


def _basis(place: Place) -> str:
    path = place.path / HEALTH_JSON
    if path.is_symlink() or not path.is_file():
        return ""
    try:
        return HealthRecord.read(path).basis_sha256
    except RecordError:  # `lab check` says so; the results are sound without it
        return ""
