"""Reading and writing ``lab.toml``, and what of it only the drivers of the meters can judge."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lab.config.meter import OneMeterSection
from lab.config.model import LabConfig
from lab.config.secrets import check_secrets
from records.errors import ConfigurationError, RecordError
from records.settings.mistakes import read_model


def load_config(path: Path) -> LabConfig:
    """Read a configuration file.

    Raises:
        ConfigurationError: the file is absent, no TOML, or has a wrong or unknown key; the message
            lists every mistake with its key, what was expected and the nearest valid key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path}: there is no such file. Create one with `lab init`, or pass --config FILE"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from None
    return parse_config(text, path, path.absolute().parent)


def parse_config(text: str, source: Path | str, base_dir: Path) -> LabConfig:
    """Read a configuration from its text.

    Args:
        text: the TOML.
        source: what messages call it.
        base_dir: folder from which relative paths are taken.

    Raises:
        ConfigurationError: as `load_config`.
    """
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{source}: this is not TOML: {error}") from None
    check_secrets(document, source)  # first, because other messages repeat what they found
    config = build_config(document, source, base_dir)
    check_drivers(config, source)
    return config


def build_config(document: dict[str, Any], source: Path | str, base_dir: Path) -> LabConfig:
    """Check a configuration that was read from TOML, or from ``campaign.json``.

    The drivers of its meters are not looked for: a stored campaign can be looked at where they are not.

    Raises:
        ConfigurationError: as `load_config`.
    """
    document = {key: value for key, value in document.items() if key != "base_dir"}
    config = read_model(LabConfig, document, source)
    return config.model_copy(update={"base_dir": base_dir})


def toml_text(document: dict[str, Any]) -> str:
    """Return a document of JSON types as TOML; keys without a value (``None``) are left out.

    Raises:
        RecordError: a list holds ``None``, which TOML has no form for.
    """
    import tomli_w

    try:
        text: str = tomli_w.dumps(_without_null(document))
    except TypeError as error:
        raise RecordError(f"expected a configuration that TOML can hold, but {error}") from None
    return text


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_null(item) for key, item in value.items() if item is not None}
    return [_without_null(item) for item in value] if isinstance(value, list) else value


def check_drivers(config: LabConfig, source: Path | str) -> None:
    """Check that the drivers of the meters exist, and that they take the options and the interval.

    Raises:
        ConfigurationError: with every mistake.
    """
    mistakes = []
    for name, meter in config.meter.all:
        where = "[meter]" if meter is config.meter else f"[[meter.more]] {name!r}"
        mistakes += [f"{source}: {where}{mistake}" for mistake in _mistakes(meter)]
    if mistakes:
        raise ConfigurationError("\n".join(mistakes))


def _mistakes(meter: OneMeterSection) -> Iterator[str]:
    from meter.options import resolve  # the drivers, which looking at a stored campaign does not need
    from meter.registry import driver_class

    try:
        driver = driver_class(meter.driver)
    except ConfigurationError as error:
        yield f" driver: {error}"
        return
    try:
        resolve(meter.driver, driver.spec.options, meter.options)
    except ConfigurationError as error:
        yield f": {error}"
    try:
        driver.check_interval(meter.interval_s)
    except ConfigurationError as error:
        yield f" interval_s: {str(error).removeprefix('interval: ')}"
