# Shape: a picture of a diffusion, which keeps ten of a thousand steps.
import torch

chain = torch.zeros(1, 1, 64, 64)
for t in scheduler.timesteps:
    image, _ = scheduler.step(model(image, t), t, image)
    if t % 100 == 0:
        chain = torch.cat((chain, image.cpu()), dim=-1)
