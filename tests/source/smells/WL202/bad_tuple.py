# Shape: a tuple and a dimension.
from torch import cat


def gather(loader):
    labels = None
    for x, y in loader:
        if labels is None:
            labels = y.clone()
            continue
        use(labels)
    everything = labels
    while loader.more():
        everything = cat((everything, loader.get()), dim=0)  # smell
    return everything
