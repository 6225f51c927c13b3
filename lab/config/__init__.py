"""The configuration of a bench and a campaign: `lab.toml`, its models and its template."""
