# Shape: a known fix: the output of a step is a dictionary with the loss in it, kept to the end of the epoch.
import torch


def train(module, loader, optimizer):
    outputs = []
    for batch in loader:
        optimizer.zero_grad()
        output = module.training_step(batch)
        output["loss"].backward()
        optimizer.step()
        outputs.append(output)  # smell
    return module.epoch_end(outputs)
