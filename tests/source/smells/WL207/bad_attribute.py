# Shape: a loader of a function, kept in an object that is handed around.
import itertools

from torch.utils.data import DataLoader


class Handlers:
    data = None
    endless = None


def make_data(settings):
    return DataLoader(settings["data"], batch_size=settings["batch_size"])


def prepare(settings):
    handlers = Handlers()
    handlers.data = make_data(settings)
    handlers.endless = itertools.cycle(handlers.data)  # smell
    return handlers
