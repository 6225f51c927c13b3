"""Acme Watch, a tracker that takes 10 W for every program.

A wrapper: it runs in the tracker's environment, where the lab is not installed. The runner puts `wrapper`, a
module of the standard library only, on its path.
"""

import time

import wrapper

ASSUMED_W = 10.0


class AcmeWatch(wrapper.Tracker):
    """Multiply the time by a constant."""

    name = "acme_watch"

    @staticmethod
    def options(parser):
        """Declare the country."""
        parser.add_argument("--country", default="DEU")

    def start(self):
        """Begin to track."""
        self.t_start_s = time.monotonic()

    def stop(self):
        """End tracking."""
        self.window_s = time.monotonic() - self.t_start_s

    def result(self):
        """Return what it assumes."""
        return wrapper.Result(
            energy_wh=ASSUMED_W * self.window_s / 3600,
            version="1.0",
            scope_parts="machine",
            method={"machine": "constant"},
            settings={"assumed_w": ASSUMED_W},
            window_s=self.window_s,
        )


if __name__ == "__main__":
    wrapper.main(AcmeWatch)
