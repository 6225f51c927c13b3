"""Watching the lab itself: the control workload is judged as it runs, and may stop the campaign."""

from pathlib import Path
from typing import Any

from analysis.health import control_point, judge_record
from analysis.run.measure import measure_run
from lab.conduct.campaign import OpenCampaign
from records.campaign import Environment, Slot
from records.errors import RecordError
from records.files import sha256_of_json
from records.health import HEALTH_JSON, Acknowledgement, ControlPoint, HealthRecord, read_health
from records.journal import Journal
from records.journal_events import HealthAcknowledged, HealthHistoryLeftOut, HealthJudged
from records.run import RunFolder
from records.settings.analysis import HealthSettings, settings_of
from records.times import now_utc_s


class HealthWatch:
    """The control chart of a campaign that is running. Without a ``[health]`` section it is silent.

    Args:
        opened: the campaign.
        journal: the evidence log.
    """

    def __init__(self, opened: OpenCampaign, journal: Journal) -> None:
        self._opened = opened
        self._journal = journal
        self._settings: HealthSettings = settings_of(opened.campaign).health
        self._record: HealthRecord | None = None

    @property
    def _folder(self) -> Path:
        return self._opened.folder.path

    def begin(self, done: list[Slot]) -> str | None:
        """Take up the chart: history of earlier campaigns, runs of this one, the operator's word.

        To resume a campaign that was stopped is to acknowledge it: a new phase of the chart begins.

        Args:
            done: slots completed before.

        Returns:
            Why the campaign must stop, or ``None``.

        Raises:
            RecordError: ``health.json`` or a control run is damaged.
        """
        control = self._settings.control
        if control is None:
            return None
        self._record = read_health(self._folder) or self._new_record(control)
        self._acknowledge(self._record)
        self._record.points = []
        for slot in done:
            if slot.scenario == control:
                self._measure(self._record, slot)
        return self._judge(self._record)

    def after(self, slot: Slot) -> str | None:
        """Judge the lab after a completed slot.

        Returns:
            Why the campaign must stop, or ``None``.
        """
        if self._record is None or slot.scenario != self._record.control:
            return None
        self._measure(self._record, slot)
        return self._judge(self._record)

    def _acknowledge(self, record: HealthRecord) -> None:
        if record.stopped is None:
            return
        self._journal.write(HealthAcknowledged(reason=record.stopped))
        record.acknowledged.append(Acknowledgement(t_utc_s=round(now_utc_s(), 6), reason=record.stopped))
        record.stopped = None

    def _measure(self, record: HealthRecord, slot: Slot) -> None:
        """Put the last completed attempt at a control slot on the chart."""
        completed = [
            path for path in self._opened.folder.attempts(slot) if _status(RunFolder(path)) == "completed"
        ]
        point = control_point(self._opened.campaign.id, measure_run(completed[-1])) if completed else None
        if point is not None:
            record.points.append(point)

    def _judge(self, record: HealthRecord) -> str | None:
        chart = judge_record(record, record.points, self._opened.campaign.id, self._settings)
        signal = chart.last_stop
        if signal is not None and self._since_acknowledged(record, chart.points[-1].point):
            record.stopped = f"lab health ({signal.rule}, {signal.run_dir}): {signal.message}"
        record.write(self._folder / HEALTH_JSON)
        if record.points:
            self._journal.write(
                HealthJudged(
                    verdict=chart.verdict,
                    runs=len(chart.points),
                    relative_sd_pct=chart.relative_sd_pct,
                    signals=[vars(s) for s in chart.points[-1].signals],
                )
            )
        return record.stopped

    def _since_acknowledged(self, record: HealthRecord, point: ControlPoint) -> bool:
        return all(stop.t_utc_s < point.t_utc_s for stop in record.acknowledged)

    def _new_record(self, control: str) -> HealthRecord:
        basis = self._basis(control)
        record = HealthRecord(control=control, basis=basis, basis_sha256=sha256_of_json(basis))
        record.history = self._history(record.basis_sha256)
        return record

    def _basis(self, control: str) -> dict[str, Any]:
        """Return what two campaigns must share for their control runs to stand on one chart."""
        scenario = self._opened.config.find_scenario(control)
        environment = Environment.read(self._opened.folder.environment_json)
        cpu = environment.sut.get("cpu")
        meter = {name: environment.meter.get(name) for name in ("driver", "maker", "model", "serial")}
        return {
            "command": scenario.command,
            "env": scenario.env,
            "host": environment.sut.get("host"),
            "cpu": cpu.get("model") if isinstance(cpu, dict) else None,
            "meter": meter,
            "simulated": self._opened.campaign.simulated,
        }

    def _history(self, basis_sha256: str) -> list[ControlPoint]:
        """Collect the control runs of the campaigns next to this one, since the last acknowledgement."""
        records = []
        for path in sorted(self._folder.absolute().parent.glob(f"*/{HEALTH_JSON}")):
            if path.parent == self._folder.absolute():
                continue
            try:
                found = HealthRecord.read(path)
            except RecordError as error:
                self._journal.write(HealthHistoryLeftOut(campaign=path.parent.name, reason=str(error)))
                continue
            if found.basis_sha256 == basis_sha256:
                records.append(found)
        own = self._opened.campaign.id
        since_utc_s = max((stop.t_utc_s for found in records for stop in found.acknowledged), default=0.0)
        points = [
            point
            for found in records
            for point in found.points
            if point.t_utc_s > since_utc_s and point.campaign != own
        ]
        return sorted(points, key=lambda point: point.t_utc_s)


def _status(folder: RunFolder) -> str | None:
    try:
        return folder.read().status
    except RecordError:  # never counted; `lab check` lists it
        return None
