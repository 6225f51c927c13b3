# Shape: zip alone.
from torch.utils.data import DataLoader

for x, y in zip(DataLoader(a), DataLoader(b)):
    train(x, y)
