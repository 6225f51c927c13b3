# Shape: a known fix: the total of an epoch, begun anew in each epoch, adds up losses of its batches.
import torch


class Label(torch.nn.Module):
    def learn(self, batches, epochs):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        for epoch in range(epochs):
            running = 0.0
            for x in batches:
                optimizer.zero_grad()
                loss = -1 * torch.mean(self(x))
                loss += self.penalty()
                loss.backward()
                optimizer.step()
                running += loss  # smell
            print(epoch, running / len(batches))
