# Shape: a test of a model: a pass that learns, then one that does not.
import torch


def check(net, loader):
    for batch in loader:
        net(batch).sum()
        net.update(batch)
    net.eval()
    with torch.inference_mode():
        for batch in loader:
            net(batch)


def check_once(net, loader, example):
    for batch in loader:
        net(batch)
    net.eval()
    return net(example)
