"""Published rules by name, for replication: other people's numbers from the same records.

The default rule is the analysis itself; these are shown next to it and never replace it.
"""

from analysis.rules.contract import Rule, RuleCase, find_rule, measure_by, rule_names, rule_source

__all__ = ["Rule", "RuleCase", "find_rule", "measure_by", "rule_names", "rule_source"]
