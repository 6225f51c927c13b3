# Shape: the fixed twin of bad_dict: a turn replaces what the one before has kept.
import torch

criterion = torch.nn.MSELoss()
status, ring = {}, [None] * 100
for step, (x, y) in enumerate(loader):
    loss = criterion(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    status["loss"] = loss
    ring[step % 100] = loss
