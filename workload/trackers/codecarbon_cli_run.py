"""CodeCarbon by the command line that its users type: ``codecarbon monitor -- COMMAND``.

Called so it tracks the process tree of the command and not the machine. Its own start lies within its window.
"""

import csv
import sys
from pathlib import Path

import codecarbon_result
import wrapper


class CodeCarbonCommandLine(wrapper.CommandTracker):
    """Run ``codecarbon monitor`` around a program."""

    name = "codecarbon-cli"
    scope = "process tree"

    @staticmethod
    def options(parser):
        """Declare the country, which its grams of CO2 depend on."""
        parser.add_argument("--country", default="DEU", help="ISO 3166 code of three letters")

    def build(self):
        """Look for its command.

        Raises:
            FileNotFoundError: it is not installed in this environment.
        """
        self.program = Path(sys.executable).with_name("codecarbon")
        if not self.program.exists():
            raise FileNotFoundError(f"there is no {self.program}; `lab trackers install codecarbon` makes it")

    def command(self, program):
        """Return its command line."""
        options = ["--offline", "--country-iso-code", self.options_.country]
        options += ["--measure-power-secs", f"{self.interval_s:g}"]
        return [str(self.program), "monitor", *options, "--", *program]

    def result(self):
        """Return the row that it wrote.

        Raises:
            RuntimeError: it wrote none.
        """
        path = self.folder / "emissions.csv"
        if not path.is_file():
            raise RuntimeError(f"codecarbon ended with exit code {self.exit_code} and wrote no emissions.csv")
        with open(path, newline="", encoding="utf-8") as file:
            *_, row = csv.DictReader(file)
        return codecarbon_result.result_of(row, {"ram": "estimation model"})


if __name__ == "__main__":
    wrapper.main(CodeCarbonCommandLine)
