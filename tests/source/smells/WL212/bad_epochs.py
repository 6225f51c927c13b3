# Shape: per epoch, the handle is dropped.
import torch


def train(net, epochs):
    for epoch in range(epochs):
        handle = net.register_full_backward_hook(check)  # smell
        run(net)
