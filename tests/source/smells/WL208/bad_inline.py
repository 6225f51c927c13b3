# Shape: in the for statement of the inner loop.
from torch.utils import data as d

while not stopped():
    for batch in d.DataLoader(numbers, num_workers=8):  # smell
        train(batch)
