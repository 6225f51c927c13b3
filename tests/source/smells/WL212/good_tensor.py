# Shape: a hook on a tensor goes with it.
import torch

for x in loader:
    out = net(x)
    out.register_hook(print)
    use(out)
