"""Settings as closed, typed models, shared by `lab.toml`, stored campaigns, the analysis and the gate."""
