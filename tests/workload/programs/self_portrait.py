"""Print what a script can see of the Python that runs it, then end with an exit code."""

import atexit
import json
import pickle
import sys


class Picklable:
    pass


@atexit.register
def say_goodbye():
    state = "whole" if sys.modules["__main__"].__dict__.get("Picklable") is Picklable else "gone"
    print(f"at exit: __main__ is {state}", file=sys.stderr)


if __name__ == "__main__":
    main = sys.modules["__main__"]
    assert type(pickle.loads(pickle.dumps(Picklable()))) is Picklable
    portrait = {
        "argv": sys.argv,
        "path0": sys.path[0],
        "file": __file__,
        "doc": __doc__,
        "package": __package__,
        "spec": repr(__spec__),
        "loader": type(__loader__).__name__,
        "globals": sorted(name for name in globals() if name != "portrait"),
        "main": main.__dict__ is globals(),
    }
    print(json.dumps(portrait))
    sys.exit(7)
