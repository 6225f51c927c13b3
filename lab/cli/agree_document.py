"""What `lab agree` says as one JSON document."""

from dataclasses import asdict
from math import nan
from typing import Any

from analysis.agreement.levels import BiasAt
from analysis.agreement.table import TableAgreement
from analysis.agreement.verdict import conclusions, verdict
from analysis.maths.arrays import finite
from analysis.maths.describe import WithInterval
from lab.cli.agree_output import statement_of


def document_of(agreement: TableAgreement) -> dict[str, Any]:
    """Return everything that came out as JSON types."""
    return {
        "source": agreement.source,
        "simulated": agreement.simulated,
        **asdict(agreement.question),
        "rows": agreement.rows,
        "left_out": [asdict(row) for row in agreement.left_out],
        "groups": [
            {
                "group": part.name,
                "verdict": verdict(
                    agreement.question.estimated, agreement.question.measured, part.name, part.found
                ),
                "n": part.found.n,
                "bias": part.found.bias.value,
                "bias_low": part.found.bias.low,
                "bias_high": part.found.bias.high,
                **part.found.columns().to_json(),
                **part.assessed.columns(part.found).to_json(),
                "statement": statement_of(agreement, part),
                "conclusions": conclusions(part.found, part.assessed),
                "influence": [
                    {key: finite(value) if isinstance(value, float) else value for key, value in row.items()}
                    for unit in part.assessed.influence
                    for row in [asdict(unit)]
                ],
                "levels": [_level(bias) for bias in part.levels],
            }
            for part in agreement.parts
        ],
    }


def _level(found: BiasAt) -> dict[str, Any]:
    bias = found.bias or WithInterval(nan)
    return {
        "at": found.at,
        "allowable": found.allowable,
        "bias": finite(bias.value),
        "bias_low": bias.low,
        "bias_high": bias.high,
        "p_equal": found.p_equal,
        "p_within": found.p_within,
        "decision": found.decision.verdict,
        "decision_reason": found.decision.reason,
    }
