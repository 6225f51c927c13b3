# Shape: what is removed is an entry of a list.
import torch

names = ["layer1", "layer4"]
names.remove("layer1")
for x in loader:
    net.layer4.register_forward_hook(save)  # smell
    net(x)
