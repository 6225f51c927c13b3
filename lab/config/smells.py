"""What of ``[[smell]]`` only the whole configuration shows: its scenarios and its rule."""

from collections.abc import Mapping, Sequence

from records.near_match import alternatives
from records.settings.smell import Smell


def check_smells(smells: Sequence[Smell], kinds: Mapping[str, str]) -> None:
    """Refuse smells of one name, of scenarios that are no workloads, and of rules that do not exist.

    Args:
        smells: of the file.
        kinds: of its scenarios, by name.

    Raises:
        ValueError: names the smell, the key and what was expected.
    """
    names = [smell.name for smell in smells]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two smells are named {twice[0]!r}; each needs a name of its own")
    workloads = [name for name, kind in kinds.items() if kind == "workload"]
    for smell in smells:
        for key, name in (("smelly", smell.smelly), ("clean", smell.clean)):
            if name not in workloads:
                raise ValueError(
                    f"[[smell]] {smell.name!r} {key}: there is no workload scenario {name!r}; "
                    f"{alternatives(name, workloads)}"
                )
        if smell.code is not None:
            _check_code(smell.name, smell.code)


def _check_code(name: str, code: str) -> None:
    from source.smells.registry import BY_CODE

    if code not in BY_CODE:
        known = alternatives(code, BY_CODE)
        raise ValueError(f"[[smell]] {name!r} code: no rule of `lab smells` is named {code!r}; {known}")
