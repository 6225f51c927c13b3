"""A tracker that does what the test asks for: ``--at STEP=DEED``, for each step one of the deeds below."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import wrapper

ENERGY_WH = 0.5


class Fake(wrapper.Tracker):
    """It takes half a watt-hour for everything."""

    name = "fake"

    @staticmethod
    def options(parser):
        parser.add_argument("--at", action="append", default=[])

    def _do(self, step):
        with open(self.folder / "steps.txt", "a", encoding="utf-8") as file:
            print(step, f"{time.time():.6f}", file=file)
        for deed in (text.partition("=")[2] for text in self.options_.at if text.startswith(f"{step}=")):
            if deed == "no-sensor":
                raise wrapper.NoSensor("there is no counter under /sys")
            if deed == "crash":
                raise ValueError(f"no {step} today")
            if deed == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            if deed == "hang":
                time.sleep(600)
            if deed == "orphan":
                child = subprocess.Popen(["sleep", "600"], start_new_session=True)
                (self.folder / "orphan.pid").write_text(str(child.pid))
            if deed == "work":
                while time.process_time() < 0.6:
                    pass

    def build(self):
        self._do("build")

    def start(self):
        self._do("start")
        self.t_start_s = time.monotonic()

    def stop(self):
        self.window_s = time.monotonic() - self.t_start_s
        self._do("stop")

    def result(self):
        self._do("result")
        print("fake WARNING: half a watt-hour is a guess")
        zero = "result=zero" in self.options_.at
        return wrapper.Result(
            energy_wh=0.0 if zero else ENERGY_WH,
            version="1.0",
            scope_parts="cpu",
            method={"cpu": "constant"},
            window_s=self.window_s * 1.5 if "result=long" in self.options_.at else None,
            series=[(1.0, 2.0), (2.0, 3.0)],
        )


class FakeCommand(wrapper.CommandTracker):
    """It runs this file as the command around the program."""

    name = "fake"
    scope = "process tree"

    @staticmethod
    def options(parser):
        Fake.options(parser)
        parser.add_argument("--around", action="store_true")

    def command(self, program):
        return [sys.executable, __file__, "around", *self.options_.at, "--", *program]

    def result(self):
        text = (self.folder / "energy.txt").read_text()
        return wrapper.Result(energy_wh=float(text), version="1.0", scope_parts="cpu")


def around(deeds, program):
    """Run a program as the command line of a tracker does."""
    if "start=crash" in deeds:
        sys.exit("no start today")
    if "start=hang" in deeds:
        time.sleep(600)
    child = subprocess.Popen(program)
    if "run=die" in deeds:
        while "run" not in Path(os.environ["WATTLAB_RUN_DIR"], "stdout.log").read_text():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGKILL)
    code = child.wait()
    if "stop=hang" in deeds:
        time.sleep(600)
    Path("energy.txt").write_text(str(ENERGY_WH))
    sys.exit(code)


if __name__ == "__main__":
    if sys.argv[1] == "around":
        end = sys.argv.index("--")
        around(sys.argv[2:end], sys.argv[end + 1 :])
    wrapper.main(FakeCommand if "--around" in sys.argv else Fake)
