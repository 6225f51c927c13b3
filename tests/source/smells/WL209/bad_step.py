# Shape: the snippet of the taxonomy.
import torch.distributed as dist

for step in range(1000):
    group = dist.new_group([0, 1])  # smell
    dist.all_reduce(x, group=group)
