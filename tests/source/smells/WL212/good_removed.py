# Shape: the fixed twin.
import torch

for x in loader:
    handle = net.layer4.register_forward_hook(save)
    net(x)
    handle.remove()
