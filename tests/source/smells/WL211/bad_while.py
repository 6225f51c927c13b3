# Shape: a while loop.
import torch.optim as O

opt = O.RMSprop(net.parameters())
while not done():
    objective(net).backward()  # smell
    opt.step()
