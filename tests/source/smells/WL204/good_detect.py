# Shape: the context manager.
import torch

with torch.autograd.detect_anomaly():
    check(net)
