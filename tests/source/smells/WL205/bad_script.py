# Shape: scripted per epoch.
from torch import jit

for epoch in range(10):
    fast = jit.script(net)  # smell
    fast(epoch)
