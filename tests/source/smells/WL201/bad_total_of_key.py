# Shape: a total under a constant key, spelled out.
import torch

criterion = torch.nn.MSELoss()
totals = {"loss": 0.0}
for x, y in loader:
    loss = criterion(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    totals["loss"] = totals["loss"] + loss  # smell
