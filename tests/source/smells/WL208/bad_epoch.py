# Shape: the snippet of the taxonomy.
from torch.utils.data import DataLoader

for epoch in range(10):
    loader = DataLoader(data, batch_size=32, num_workers=4)  # smell
    for batch in loader:
        train(batch)
