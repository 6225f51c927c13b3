# Shape: gradients are needed: an attack on a model in evaluation mode.
import torch


def attack(model, loader):
    model.eval()
    for x, y in loader:
        x.requires_grad_()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        save(x.grad)
