# Shape: in a method.
import torch


class Server:
    def run(self):
        while self.open:
            model = torch.jit.trace(self.model, self.example)  # smell
            self.answer(model)
