# Shape: left on at the top of a script.
import torch

torch.autograd.set_detect_anomaly(True)  # smell
train()
