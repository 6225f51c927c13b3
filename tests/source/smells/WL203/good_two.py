# Shape: two losses through one graph.
import torch

for x in loader:
    shared = encoder(x)
    first, second = heads(shared)
    optimizer.zero_grad()
    first.backward(retain_graph=True)
    second.backward()
    optimizer.step()
