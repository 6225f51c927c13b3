"""Is the lab itself in order? The control workload on its chart (docs/explanation/method.md#lab-health)."""

from analysis.health.campaign import check_health, control_point, health_values, judge_record
from analysis.health.judge import Chart

__all__ = ["Chart", "check_health", "control_point", "health_values", "judge_record"]
