from types import SimpleNamespace

from transformers.trainer_callback import TrainerCallback


class Trainer:
    """Logs, evaluates and saves after an epoch in this order, as ``after_epoch`` names the steps."""

    def __init__(self, model, epochs, after_epoch=(), callbacks=()):
        assert all(isinstance(callback, TrainerCallback) for callback in callbacks)
        self.model, self.epochs, self.after_epoch = model, epochs, after_epoch
        self.callbacks = list(callbacks)
        self.state = SimpleNamespace(epoch=0)
        steps = ("log", "evaluate", "save")
        self.control = SimpleNamespace(**{f"should_{step}": False for step in steps})

    def add_callback(self, callback):
        self.callbacks.append(callback)

    def remove_callback(self, callback):
        self.callbacks.remove(callback)

    def train(self):
        for epoch in range(self.epochs):
            self._call("on_epoch_begin")
            loss = self.model(epoch)
            self.state.epoch = epoch + 1.0
            for step in ("log", "evaluate", "save"):
                setattr(self.control, f"should_{step}", step in self.after_epoch)
            self._call("on_epoch_end")
            self._after_epoch(loss)
        self._call("on_train_end")

    def _after_epoch(self, loss):
        if self.control.should_log:
            self._call("on_log", logs={"loss": loss, "epoch": self.state.epoch})
        if self.control.should_evaluate:
            self._call("on_log", logs={"eval_loss": 2 * loss, "epoch": self.state.epoch})
            self._call("on_evaluate")
        if self.control.should_save:
            self._call("on_save")

    def _call(self, hook, **kwargs):
        for callback in self.callbacks:
            getattr(callback, hook)(None, self.state, self.control, **kwargs)
