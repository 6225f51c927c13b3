"""The start-up check that Wattlab runs its own code.

Its packages have everyday names (``analysis``, ``reports``, ...), so a folder of that name on
somebody's path can shadow them silently. Wattlab is an application with an environment of
its own; this check names the intruder where that rule was broken.
"""

import importlib.util
from pathlib import Path

from records.errors import ConfigurationError

ROOMS = ("lab", "reports", "analysis", "workload", "meter", "sut", "source", "records")


def check_own_packages() -> None:
    """Check that every package of the lab is next to this one.

    Raises:
        ConfigurationError: a package of the same name from elsewhere comes first on the path.
    """
    home = Path(__file__).resolve().parent.parent
    for name in ROOMS:
        spec = importlib.util.find_spec(name)
        if spec is None:
            continue  # a checkout that was installed before the package was there; its import says so
        found = Path(spec.origin).resolve().parent if spec.origin else None
        if found != home / name:
            raise ConfigurationError(
                f"the package {name!r} was expected in {home / name}, but Python finds "
                f"{found or 'none'}. Another project's folder of that name comes first on the path: "
                f"start lab from its own environment, without PYTHONPATH"
            )
