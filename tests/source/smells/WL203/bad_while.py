# Shape: a while loop in a class.
import torch


class Agent:
    def learn(self):
        while self.running:
            self.optimizer.zero_grad()
            loss = self.loss()
            loss.backward(retain_graph=True)  # smell
            self.optimizer.step()
