"""The virtual twins: one file for each family of instruments, named as the file of its driver."""

from meter import registry
from meter.virtual.instrument import VirtualInstrument


def twin_class(name: str) -> type[VirtualInstrument]:
    """Return the class of a driver's virtual twin.

    Raises:
        ConfigurationError: the driver has none, or that of another package cannot be loaded.
    """
    found: type[VirtualInstrument] = registry.twin_class(name, VirtualInstrument)
    return found
