# Shape: imported by name.
from torch.distributed import new_group

for epoch in range(10):
    sync(new_group(backend="gloo"))  # smell
