# Shape: without workers.
from torch.utils.data import DataLoader

for epoch in range(10):
    for batch in DataLoader(data, num_workers=0):
        train(batch)
