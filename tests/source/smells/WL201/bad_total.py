# Shape: the FAQ of PyTorch: total_loss += loss.
import torch.nn.functional as F


def epoch(net, batches, opt):
    total = 0
    for x, y in batches:
        opt.zero_grad()
        out = F.cross_entropy(net(x), y)
        out.backward()
        opt.step()
        total += out  # smell
    print(total / len(batches))
