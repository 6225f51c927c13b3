"""CodeCarbon by its API, as its documentation tells a user to call it, in its default mode (`machine`).

The tracker is the offline one, so nothing goes over the network. Its own output lies in its folder.
"""

import codecarbon_result
import wrapper


class CodeCarbon(wrapper.Tracker):
    """Run CodeCarbon's OfflineEmissionsTracker alongside a program."""

    name = "codecarbon"

    @staticmethod
    def options(parser):
        """Declare the country, which its grams of CO2 depend on."""
        parser.add_argument("--country", default="DEU", help="ISO 3166 code of three letters")

    def build(self):
        """Make the tracker, and let it look for its sensors now, so that its window begins at the border."""
        from codecarbon import OfflineEmissionsTracker, OutputMethod

        self.tracker = OfflineEmissionsTracker(
            country_iso_code=self.options_.country,
            measure_power_secs=self.interval_s,
            output_dir=str(self.folder),
            output_methods=[OutputMethod.CSV],
            tracking_mode="machine",
            allow_multiple_runs=True,
            emissions_endpoint=None,  # a user's configuration file may ask for these two,
            electricitymaps_api_token=None,  # and nothing may go over the network here
        )
        self.tracker.get_detected_hardware()

    def start(self):
        """Begin to track."""
        self.tracker.start()

    def stop(self):
        """End tracking."""
        self.tracker.stop()

    def result(self):
        """Return its result.

        Raises:
            RuntimeError: it has none; it reports its own errors only in its log.
        """
        data = getattr(self.tracker, "final_emissions_data", None)
        if data is None:
            raise RuntimeError("CodeCarbon ended without a result; its log says why")
        return codecarbon_result.result_of(vars(data), self._methods())

    def _methods(self):
        """Return how it comes by each part, which stands only in its log and in attributes not public."""
        hardware = {type(part).__name__: part for part in getattr(self.tracker, "_hardware", [])}
        cpu, gpu, ram = (hardware.get(name) for name in ("CPU", "GPU", "RAM"))
        methods = {
            "cpu": getattr(cpu, "_mode", None),
            "gpu": None if gpu is None else type(gpu.devices).__name__,
            "ram": None if ram is None else "estimation model",
            "cpu_tdp_w": getattr(cpu, "_tdp", None),
        }
        return {part: method for part, method in methods.items() if method is not None}


if __name__ == "__main__":
    wrapper.main(CodeCarbon)
