"""Run a program with eco2AI alongside it.

Tried with 0.3.12. CPU: TDP of a table by name (500 W was seen for an unknown one) x the machine's load x
number of CPUs; RAM: 0.375 W for each GB in use; GPU: NVML. Its CSV is in kWh. With ``cpu_processes="all"``
it sees the machine; its default, "current", would miss the program. Its start takes some 1.5 to 3 s before
its clock runs.
"""

import csv
from pathlib import Path

import wrapper


class Eco2ai(wrapper.Tracker):
    """eco2AI, for the whole machine."""

    name = "eco2ai"

    @staticmethod
    def options(parser):
        """Declare the country, which its emissions depend on."""
        parser.add_argument("--country", default="DEU", help="ISO 3166 code of three letters")

    def build(self):
        """Create the tracker."""
        import eco2ai

        table = Path(eco2ai.__file__).with_name("data") / "carbon_index.csv"
        self._csv = self.folder / "emission.csv"
        self._tracker = eco2ai.Tracker(
            project_name="wattlab",
            experiment_description=self.folder.parent.parent.name,
            file_name=str(self._csv),
            measure_period=self.interval_s,
            alpha_2_code=two_letters(table.read_text(encoding="utf-8"), self.options_.country),
            cpu_processes="all",
            ignore_warnings=True,
        )

    def start(self):
        """Start it; it looks for the hardware only now."""
        self._tracker.start()

    def stop(self):
        """Take the last sample and write the row."""
        self._tracker.stop()

    def result(self):
        """Return the row of the CSV; the components stand only in attributes that are not public."""
        from importlib.metadata import version

        parts = {name: getattr(self._tracker, f"_{name}") for name in ("cpu", "gpu", "ram")}
        if not parts["gpu"].is_gpu_available:
            del parts["gpu"]
        with open(self._csv, newline="", encoding="utf-8") as file:
            row = list(csv.DictReader(file))[-1]
        return wrapper.Result(
            **numbers_of(row),
            **{f"{name}_wh": part._consumption * 1000.0 for name, part in parts.items()},
            version=version("eco2ai"),
            scope_parts="+".join(parts),
            method={"cpu": "tabulated TDP x load", "ram": "0.375 W per GB in use"}
            | ({"gpu": "NVML"} if "gpu" in parts else {}),
            settings={
                "cpu": row["CPU_name"],
                "gpu": row["GPU_name"],
                "country": row["region/country"],
                "cpu_tdp_w": parts["cpu"].tdp(),
                "cpu_processes": "all",
                "pue": 1,
            },
        )


def two_letters(table, country):
    """Return the two letters of a country's code, by eco2AI's own table of emissions.

    Args:
        table: text of its ``carbon_index.csv``.
        country: ISO 3166 code of three letters.

    Raises:
        ValueError: the table does not have the country.
    """
    codes = {row["alpha_3_code"]: row["alpha_2_code"] for row in csv.DictReader(table.splitlines())}
    if country not in codes:
        raise ValueError(f"eco2AI has no emissions of {country!r}; name another `country`")
    return codes[country]


def numbers_of(row):
    """Return energy, emissions and duration of a row of eco2AI's CSV.

    Args:
        row: column -> text.

    Returns:
        ``energy_wh``, ``emissions_kg``, ``window_s``.
    """
    return {
        "energy_wh": float(row["power_consumption(kWh)"]) * 1000.0,
        "emissions_kg": float(row["CO2_emissions(kg)"]),
        "window_s": float(row["duration(s)"]),
    }


if __name__ == "__main__":
    wrapper.main(Eco2ai)
