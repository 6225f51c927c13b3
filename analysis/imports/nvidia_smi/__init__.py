"""Logs of nvidia-smi: the power that a card says of itself."""
