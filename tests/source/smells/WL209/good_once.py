# Shape: the fixed twin.
import torch.distributed as dist

group = dist.new_group([0, 1])
for step in range(1000):
    dist.all_reduce(x, group=group)
