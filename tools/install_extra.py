"""Install what an extra of ``pyproject.toml`` lists, without Wattlab itself.

Measured programs and trackers run in environments of their own, in which nothing of the lab is
installed; the extras say what belongs there. Run it with the interpreter of that environment:

    .envs/cpu/bin/python tools/install_extra.py cpu
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Install the extra named on the command line; return pip's exit code."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in extras:
        print(f"expected the name of an extra: {', '.join(sorted(extras))}", file=sys.stderr)
        return 2
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command = [*pip, "--constraint", str(ROOT / "constraints.txt"), *extras[name]]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
