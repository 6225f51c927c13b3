# Shape: a hidden state that is carried on without detach().
import torch

hidden = None
for epoch in range(5):
    for x, y in batches:
        out, hidden = rnn(x, hidden)
        loss = criterion(out, y)
        loss.backward(retain_graph=True)  # smell
        optimizer.step()
        optimizer.zero_grad()
