"""The rules, in small groups that look at the same things."""
