# Shape: in a method.
import torch


class Reducer:
    def run(self):
        for bucket in self.buckets:
            group = torch.distributed.new_group(self.ranks)  # smell
            bucket.reduce(group)
