"""How uncertain every number is, and why: causes of error, terms, estimates, budgets.

See docs/explanation/method.md#uncertainty.
"""
