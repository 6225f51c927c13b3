# Shape: a pre-hook in a while loop.
import torch

while wanted():
    model.encoder.register_forward_pre_hook(look)  # smell
    model(next(stream))
