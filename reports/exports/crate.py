"""``ro-crate-metadata.json``: the package for machines, after RO-Crate (https://w3id.org/ro/crate).

Only what the campaign states is exported: no authors are invented, and a licence is named only where one is
given.
"""

import json
import mimetypes
from datetime import UTC, datetime
from typing import Any

from records.package import CRATE
from records.results import Results
from reports.words.environment import lines_of, meter_words, sut_words
from reports.words.texts import printable

_TYPES = {".jsonl": "application/jsonl", ".tab": "text/tab-separated-values", ".log": "text/plain"}
_SIMULATED = "SIMULATED: a virtual instrument took part; no number is a measurement. "


def crate_text(
    results: Results, sizes: dict[str, int | None], sums: dict[str, str], version: str, licence: str | None
) -> str:
    """Return the metadata of a package as text; the same campaign gives the same.

    Args:
        results: of the campaign.
        sizes: bytes of each file of the package by name, ``None`` where they are not known before.
        sums: SHA-256 of those that are hashed before.
        version: of Wattlab.
        licence: of the package, an SPDX name or an address; ``None`` where nobody chose one.
    """
    from rocrate.model import ContextEntity
    from rocrate.rocrate import ROCrate

    crate = ROCrate()
    campaign = results.campaign
    simulated = campaign.simulated
    crate.name = printable(campaign.title or campaign.id)
    crate.description = _description(results, simulated)
    crate.datePublished = datetime.fromtimestamp(campaign.created_utc_s, UTC).strftime(
        "%Y-%m-%dT%H:%M:%S+00:00"
    )
    root = crate.root_dataset
    root["identifier"] = printable(campaign.id)
    root["keywords"] = ", ".join(["energy measurement", "power meter", *(["SIMULATED"] if simulated else [])])
    if licence is not None:
        root["license"] = printable(licence)
    for name in sorted(sizes):
        known = {"contentSize": str(sizes[name])} if sizes[name] is not None else {}
        known |= {"sha256": sums[name]} if name in sums else {}
        crate.add_file(
            dest_path=name,
            properties={
                "name": name,
                "encodingFormat": _media_type(name),
                **known,
            },
        )

    def add(key: str, kind: str, **properties: Any) -> ContextEntity:
        return crate.add(ContextEntity(crate, key, properties={"@type": kind, **properties}))

    software = add("#wattlab", "SoftwareApplication", name="Wattlab", softwareVersion=version)
    meter = add("#meter", "IndividualProduct", **_meter(results.meter, simulated))
    sut = add("#sut", "IndividualProduct", **_sut(results.environment.get("sut")))
    action = crate.add_action(
        [meter, software],
        identifier="#measurement",
        object=[sut],
        result=[root],
        properties={
            "name": f"{'SIMULATED: ' if simulated else ''}measurement of the energy of the scenarios",
        },
    )
    root["mentions"] = action
    return json.dumps(_sorted(crate.metadata.generate()), indent=2, ensure_ascii=False) + "\n"


def _description(results: Results, simulated: bool) -> str:
    scenarios = ", ".join(f"{row.scenario} ({row.n} runs)" for row in results.scenarios) or "none"
    return printable(
        f"{_SIMULATED if simulated else ''}Power readings, hardware samples and results of an energy "
        f"measurement with Wattlab. Scenarios: {scenarios}."
    )


def _meter(meter: dict[str, Any], simulated: bool) -> dict[str, Any]:
    found = meter.get("identity")
    identity = found if isinstance(found, dict) else {}
    known = {
        "model": identity.get("model"),
        "serialNumber": identity.get("serial"),
        "manufacturer": identity.get("maker"),
    }
    words = meter_words(meter) if meter else "power meter, not recorded"
    return {
        "name": printable(f"SIMULATED {words}" if simulated else words),
        **{key: printable(str(value)) for key, value in known.items() if value},
    }


def _sut(record: Any) -> dict[str, Any]:
    sut = record if isinstance(record, dict) else {}
    details = "; ".join(f"{name}: {value}" for name, value in lines_of(sut))
    return {
        "name": printable(sut_words(sut) or "system under test, not recorded"),
        **({"description": printable(details)} if details else {}),
    }


def _media_type(name: str) -> str:
    suffix = f".{name.rpartition('.')[2]}"
    return _TYPES.get(suffix) or mimetypes.guess_type(name, strict=True)[0] or "application/octet-stream"


def _sorted(document: dict[str, Any]) -> dict[str, Any]:
    """Order the graph by identifier, descriptor and root first: no version of the library promises one."""
    graph = document["@graph"]
    first = {CRATE: 0, "./": 1}
    return {**document, "@graph": sorted(graph, key=lambda e: (first.get(e["@id"], 2), e["@id"]))}
