"""``[notify]``: a command that is run when a campaign ends or stops."""

from typing import Annotated

from pydantic import Field

from records.settings.section import Section


class NotifySection(Section):
    """``[notify]``: ``command`` is run on the controller, and ended after ``limit_s`` seconds."""

    command: Annotated[list[str], Field(min_length=1)]
    limit_s: Annotated[float, Field(gt=0, le=600)] = 30.0
