# Shape: an option.
import torch

if args.debug:
    torch.autograd.set_detect_anomaly(True)
torch.autograd.set_detect_anomaly(args.anomaly)
