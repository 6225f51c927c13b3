# Shape: the fixed twin.
from torch.utils.data import DataLoader

loader = DataLoader(data, num_workers=4, persistent_workers=True)
for epoch in range(10):
    for batch in loader:
        train(batch)
