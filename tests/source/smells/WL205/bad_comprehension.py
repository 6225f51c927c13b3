# Shape: in a comprehension.
import torch

outputs = [torch.jit.trace(net, example)(x) for x in batches]  # smell
