# Shape: the number of workers has a name.
from torch.utils.data import DataLoader

WORKERS = 4
for epoch in range(10):
    evaluate(DataLoader(held_out, num_workers=WORKERS))  # smell
