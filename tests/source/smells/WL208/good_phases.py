# Shape: one loader for each phase.
from torch.utils.data import DataLoader

loaders = {phase: DataLoader(sets[phase], num_workers=4) for phase in ("train", "val")}
