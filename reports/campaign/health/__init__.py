"""Whether the lab was in order: control charts."""
