"""``lab measure``: one command, or several against each other, as a campaign without a ``lab.toml``."""
