# Shape: vstack in front.
import torch as th

rows = th.zeros(1, 3)
for i in range(1000):
    rows = th.vstack((th.rand(1, 3), rows))  # smell
