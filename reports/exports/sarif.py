"""Smells in SARIF 2.1.0, the format in which code hosts show findings of linters."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from source.smells.baseline import fingerprint
from source.smells.engine import Smell
from source.smells.registry import BY_CODE, RULES
from source.smells.rule import Rule

SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif_document(smells: Iterable[Smell], version: str, root: Path) -> dict[str, Any]:
    """Return a SARIF log of one run.

    Args:
        smells: in the order of the results.
        version: of Wattlab.
        root: folder from which paths are written.
    """
    codes = [rule.code for rule in RULES]
    driver = {
        "name": "lab smells",
        "semanticVersion": version,
        "rules": [_rule(rule) for rule in RULES],
    }
    results = [_result(smell, codes.index(smell.code), root) for smell in smells]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name.title().replace(" ", "").replace("-", ""),
        "shortDescription": {"text": f"{rule.name} ({rule.abbreviation})"},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.fix}\n\nLimits: {rule.limits}\n\nCost: {rule.measured}"},
        "defaultConfiguration": {"level": "warning"},
    }


def _result(smell: Smell, index: int, root: Path) -> dict[str, Any]:
    path, base = smell.path.resolve(), root.resolve()
    uri = path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_uri()
    region = {"startLine": smell.line, "startColumn": smell.column}
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
    if smell.cell is not None:
        location["message"] = {"text": f"code cell {smell.cell}, line {smell.line} of it"}
    return {
        "ruleId": smell.code,
        "ruleIndex": index,
        "level": "warning",
        "message": {"text": f"{smell.message}. {BY_CODE[smell.code].fix}"},
        "locations": [location],
        "partialFingerprints": {"smell/v1": fingerprint(smell, root)},
    }
