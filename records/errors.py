"""The errors a user can meet, and the exit code of each.

::

    WattlabError                 1   data were rejected
    |-- RecordError              1   a file of a campaign is damaged, or misses something required
    |   |-- InputError           2   what was named to be read is not there, or is something else
    |   `-- SchemaError          2   a file was written by a newer Wattlab (or is no record at all)
    |-- ConfigurationError       2   lab.toml or the command line is wrong
    |-- DeviceError              3   a meter or another instrument cannot be reached, or broke
    |-- SutError                 3   the system under test cannot be reached, or broke
    |-- ProgramFailed            1   the measured program failed, and the campaign stops at that
    `-- InterruptedCampaign    130   the operator stopped it; the campaign can be resumed

A message says what was expected, what came, and what to do next. The library raises; only the
command line prints and exits.
"""


class WattlabError(Exception):
    """Base of every error that is meant for the user."""

    exit_code = 1


class RecordError(WattlabError):
    """A file of a campaign cannot be used; the message names the file and what is wrong in it."""


class InputError(RecordError):
    """What a command was told to read is not there, or is something else than that."""

    exit_code = 2


class SchemaError(RecordError):
    """A file carries a schema that this version does not read."""

    exit_code = 2


class ConfigurationError(WattlabError):
    """The configuration or the command line is wrong; the message names file, key and expectation."""

    exit_code = 2


class DeviceError(WattlabError):
    """An instrument cannot be reached, does not answer as its protocol says, or broke."""

    exit_code = 3


class SutError(WattlabError):
    """The system under test cannot be reached or broke."""

    exit_code = 3


class ProgramFailed(WattlabError):
    """A run of the measured program failed, and the campaign was told to stop at that."""


class InterruptedCampaign(WattlabError):
    """The operator interrupted a campaign, which can be resumed."""

    exit_code = 130
