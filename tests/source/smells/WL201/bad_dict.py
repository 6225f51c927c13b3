# Shape: setdefault and tuples in a dictionary.
import torch

log = {}
for epoch in range(3):
    for x, y in loader:
        loss = torch.nn.functional.mse_loss(net(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        log.setdefault("loss", []).append((epoch, loss))  # smell
