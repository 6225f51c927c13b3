# Shape: the losses of several optimizers share one graph.
import torch


def learn(losses, optimizers):
    for index, optimizer in enumerate(optimizers):
        optimizer.zero_grad()
        losses[index].backward(retain_graph=True)
        optimizer.step()
