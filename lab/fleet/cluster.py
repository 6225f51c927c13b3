"""A Dask cluster that benches have joined; a lost scheduler is looked for again."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lab.fleet.link import Link
from lab.fleet.orders import BenchState, Kind, measuring_code
from lab.fleet.worker import METRIC
from records.errors import ConfigurationError, SutError

if TYPE_CHECKING:
    from distributed import Client


@dataclass
class Cluster:
    """The scheduler and who has joined it.

    Attributes:
        link: to the scheduler.
        addresses: of the workers of the benches by their names, as `present` saw them last.
    """

    link: Link
    addresses: dict[str, str] = field(default_factory=dict)
    _client: "Client | None" = None

    def client(self) -> "Client | None":
        """Return a client that is connected, if need be anew; ``None`` where no scheduler answers."""
        if self._client is None or self._client.status not in ("running", "connecting"):
            self.close()
            try:
                self._client = self.link.connect()
            except SutError:
                self._client = None
        return self._client

    def present(self) -> Mapping[str, BenchState]:
        """Return the benches that are there now; none while the scheduler is away."""
        client = self.client()
        try:
            there = {} if client is None else _workers_of(client)
        except OSError:  # lost this very moment
            there = {}
        self.addresses = {state.name: address for address, state in there.items()}
        return {state.name: state for state in there.values()}

    def check_scheduler(self) -> None:
        """See whether the scheduler can read an order: it unpickles what goes through it.

        Raises:
            ConfigurationError: it cannot.
        """
        client = self.client()
        if client is None:
            return
        try:
            client.run_on_scheduler(BenchState.of, None)  # type: ignore[no-untyped-call]
        except (ImportError, AttributeError) as missing:
            raise ConfigurationError(
                f"--scheduler {self.link.scheduler}: expected a scheduler in an environment with this "
                f"version of Wattlab, but there: {missing}. Start the `dask scheduler` that is installed "
                f"next to `lab`"
            ) from None
        except OSError:  # lost this very moment
            return

    def close(self) -> None:
        """Leave the scheduler; what runs on the benches continues."""
        if self._client is not None:
            self._client.close()  # type: ignore[no-untyped-call]


def benches_of(client: "Client") -> dict[str, BenchState]:
    """Return the states of the benches that have joined, by name."""
    return {state.name: state for state in _workers_of(client).values()}


def _workers_of(client: "Client") -> dict[str, BenchState]:
    """Return the states of the benches that have joined, by the address of their worker."""
    workers = client.scheduler_info(n_workers=-1)["workers"]
    states = {address: BenchState.of(worker["metrics"].get(METRIC)) for address, worker in workers.items()}
    return {address: state for address, state in states.items() if state is not None}


def wait_for_kind(cluster: Cluster, wait_s: float, model: str | None) -> Kind:
    """Return the kind of the benches that have joined, as soon as one has.

    Args:
        cluster: that they join.
        wait_s: how long one may take.
        model: of the SUTs; the one that all have if ``None``.

    Raises:
        SutError: none joins in time.
        ConfigurationError: SUTs of several models have joined.
    """
    deadline = time.monotonic() + wait_s
    while not (there := [one for one in cluster.present().values() if model in (None, one.model)]):
        if time.monotonic() > deadline:
            of_model = "" if model is None else f" of model {model!r}"
            others = "; ".join(f"{one.name}: {one.model!r}" for one in cluster.present().values())
            raise SutError(
                f"--scheduler {cluster.link.scheduler}: expected a bench{of_model} within {wait_s:g} s, but "
                f"none has joined{f' ({others})' if others else ''}. Start `lab fleet worker` on the "
                f"controller of each"
            )
        time.sleep(0.5)
    models = sorted({one.model for one in there})
    if len(models) > 1:
        raise ConfigurationError(
            f"expected --model, since benches of several models have joined: {', '.join(map(repr, models))}"
        )
    return Kind(models[0], all(one.simulated for one in there), measuring_code())
