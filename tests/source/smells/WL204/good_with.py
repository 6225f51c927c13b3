# Shape: around the suspicious part only.
import torch

with torch.autograd.set_detect_anomaly(True):
    check(net)
