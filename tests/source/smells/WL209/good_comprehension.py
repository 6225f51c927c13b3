# Shape: one for each rank.
import torch.distributed as dist

own = [dist.new_group([rank]) for rank in range(world)]
