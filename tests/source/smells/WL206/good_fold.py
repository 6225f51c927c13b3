# Shape: a model per fold is freed by CPython.
import torch


class Net(torch.nn.Module):
    pass


for fold in range(5):
    net = Net()
    train(net, fold)
