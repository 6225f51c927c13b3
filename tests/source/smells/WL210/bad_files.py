# Shape: SeqNet #14: inference over files instead of batches.
import torch


def main(paths):
    model = torch.nn.Linear(4, 2)
    model.eval()
    for path in paths:
        output = model(read(path))  # smell
        show(output)
