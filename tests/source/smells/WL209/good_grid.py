# Shape: set-up of a grid of groups, as in large-model training.
import torch.distributed as dist

groups = []
for i in range(0, world, 8):
    ranks = list(range(i, i + 8))
    groups.append(dist.new_group(ranks))
