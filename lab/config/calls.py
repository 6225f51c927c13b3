"""``calls`` of a ``[[scenario]]``: which API calls of its Python program are recorded, and how."""

from typing import Annotated, Literal

from pydantic import Field

from records.settings.section import Section, text_like
from workload.instrument import Instrumentation

LibraryName = Annotated[
    str, text_like(r"[A-Za-z_][A-Za-z0-9_]*", "the name of a Python package, such as tensorflow")
]


class CallsSection(Section):
    """What is recorded of the calls of a program."""

    libs: Annotated[list[LibraryName], Field(min_length=1)]
    gate: Literal["run", "call"] = "run"
    sync_device: bool = False
    sizes: bool = True

    @property
    def instrumentation(self) -> Instrumentation:
        """Options of the command of the program."""
        return Instrumentation(self.libs, self.sizes, self.sync_device, self.gate == "call")
