# Shape: in a constructor.
import torch as t


class Trainer:
    def __init__(self):
        t.autograd.set_detect_anomaly(True)  # smell
