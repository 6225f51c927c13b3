# Shape: a gradient penalty.
import torch

for x in loader:
    out = critic(x)
    (grad,) = torch.autograd.grad(out.sum(), x, create_graph=True)
    optimizer.zero_grad()
    (out.mean() + grad.norm()).backward(retain_graph=True)
    optimizer.step()
