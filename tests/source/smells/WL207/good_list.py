# Shape: a cycle of colours or devices.
from itertools import cycle

import torch

colours = cycle(["r", "g"])
devices = cycle(range(torch.cuda.device_count()))
