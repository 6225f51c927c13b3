"""A published rule next to the default one."""
