"""Power meters: drivers, virtual instruments, the logger."""
