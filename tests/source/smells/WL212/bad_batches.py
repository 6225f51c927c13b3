# Shape: the snippet of the taxonomy: a hook per batch.
import torch

for x in loader:
    net.layer4.register_forward_hook(save)  # smell
    net(x)
