# Shape: ML2021 issue 2: the sum of an output's loss, printed and begun anew every 100 batches.
import torch

model = make_model()
for epoch in range(2):
    step, total = 1, 0
    for data in loader:
        output = model(data)
        total += output.loss  # smell
        output.loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        if step % 100 == 0:
            print(total.item() / 100)
            total = 0
