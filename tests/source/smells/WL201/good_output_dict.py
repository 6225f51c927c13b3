# Shape: the fixed twin of bad_output_dict.
import torch


def train(module, loader, optimizer):
    outputs = []
    for batch in loader:
        optimizer.zero_grad()
        output = module.training_step(batch)
        output["loss"].backward()
        optimizer.step()
        output["loss"] = output["loss"].detach()
        outputs.append(output)
    return module.epoch_end(outputs)
