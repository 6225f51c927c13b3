# Shape: one hook for each module.
import torch

for module in net.modules():
    module.register_forward_hook(save)
