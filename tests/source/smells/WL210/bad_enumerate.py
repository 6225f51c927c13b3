# Shape: enumerate around a loader that is made here.
import torch
from torch.utils.data import DataLoader


def predict(net, data):
    batches = DataLoader(data, batch_size=8)
    net.eval()
    for i, x in enumerate(batches):
        save(i, net(x).detach())  # smell
