"""What all sections of a configuration share: closed keys, finite numbers, types of their values."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

YEAR_S = 31_557_600


def text_like(pattern: str, words: str) -> AfterValidator:
    """Return the check of a text.

    Args:
        pattern: regular expression of the whole text.
        words: what it stands for; they continue with "expected".
    """

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(f"expected {words}; found {text!r}")
        return text

    return AfterValidator(check)


Name = Annotated[
    str,
    text_like(
        r"[a-z0-9][a-z0-9_-]{0,39}",
        "a name of at most 40 lower-case letters, digits, - and _ that begins with a letter or a digit",
    ),
]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Percent = Annotated[float, Field(gt=0, le=100)]
Seconds = Annotated[float, Field(gt=0, le=YEAR_S)]
Pause = Annotated[float, Field(ge=0, le=YEAR_S)]
Interval = Annotated[float, Field(gt=0, le=3600)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Names = Annotated[tuple[str, ...], Field(strict=False)]


class Section(BaseModel):
    """A closed section: unknown keys are errors, numbers are finite and never read from text."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, validate_by_name=True
    )
