"""A WT310 for the third-party simulator sinstruments, written apart from ours. Its load is 61.8 W."""

import itertools
import random

from sinstruments.simulator import BaseDevice

VOLTS, AMPERES, WATTS = 229.6, 0.2897, 61.8
VALUES = {"U": VOLTS, "I": AMPERES, "P": WATTS, "LAMBDA": WATTS / (VOLTS * AMPERES), "FU": 50.0}


class WT310(BaseDevice):
    """Answers with headers until they are switched off; ranges at once."""

    def __init__(self, name, **properties):  # type: ignore[no-untyped-def]
        super().__init__(name, **properties)
        self.header = True
        self.items = {1: "U", 2: "I", 3: "P"}
        self.set = {":NUM:NORM:NUM": "3", ":SAMP:RATE": "0.25"}
        self.noise = random.Random(1)
        self.count = itertools.count()

    def handle_message(self, message):  # type: ignore[no-untyped-def]
        text = message.decode("ascii").strip().upper()
        command, _, argument = text.partition(" ")
        if text.endswith("?"):
            answer = self.answer(text[:-1])
            return None if answer is None else (answer + "\r\n").encode("ascii")
        if command == ":COMM:HEAD":
            self.header = argument in ("ON", "1")
        elif command.startswith(":NUM:NORM:ITEM"):
            self.items[int(command[14:])] = argument.split(",")[0]
        elif command:
            self.set[command] = argument
        return None

    def answer(self, command):  # type: ignore[no-untyped-def]
        if command == "*IDN":
            return "YOKOGAWA,WT310,SINSTRUMENTS,F9.99"
        if command == ":STAT:ERR":
            return '0,"No error"'
        if command == ":NUM:NORM:VAL":
            wanted = range(1, int(self.set[":NUM:NORM:NUM"]) + 1)
            return ",".join(f"{self.value(self.items[number]):.5E}" for number in wanted)
        default = {":INP:VOLT:RANG": "300", ":INP:CURR:RANG": "0.5"}.get(command, "0")
        value = self.set.get(command, default)
        return f"{command} {value}" if self.header else value

    def value(self, item):  # type: ignore[no-untyped-def]
        volts_noise = self.noise.gauss(0, 0.05) if item == "U" else 0.0
        return VALUES[item] + volts_noise
