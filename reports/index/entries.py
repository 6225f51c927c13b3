"""What the index keeps of one campaign: who it is, its scenarios, its control runs, how much is refused."""

from dataclasses import dataclass

from records.campaign import CampaignFolder
from records.errors import RecordError
from records.findings import LEVELS
from records.health import HEALTH_JSON, HealthRecord
from records.results import Results, read_results
from records.rows.parts import ControlChart
from reports.campaign.view import ScenarioView, view_of
from reports.index.find import LeftOut, Place
from reports.words.environment import meter_words, sut_words


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
    scenarios: list[ScenarioView]
    health: ControlChart | None = None
    basis: str = ""

    @property
    def bench(self) -> tuple[str, str, bool]:
        """What two campaigns must share before a line may join them: SUT, meter, measured or simulated."""
        return self.sut, self.meter, self.simulated


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
        scenarios=[_light(item) for item in view.scenarios],
        health=results.health,
        basis=_basis(place),
    )


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
