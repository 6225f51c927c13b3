"""How uncertain every number is, and why: causes of error, terms, estimates, budgets (METHOD section 5)."""
