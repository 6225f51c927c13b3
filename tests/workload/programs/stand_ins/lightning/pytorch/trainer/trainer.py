from lightning.pytorch.callbacks import Callback


class Trainer:
    def __init__(self, max_epochs, callbacks=()):
        assert all(isinstance(callback, Callback) for callback in callbacks)
        self.max_epochs, self.callbacks = max_epochs, list(callbacks)
        self.current_epoch, self.callback_metrics = 0, {}

    def fit(self, model):
        for epoch in range(self.max_epochs):
            self.current_epoch = epoch
            self._call("on_train_epoch_start", model)
            self.callback_metrics = model(self.current_epoch)
            self._call("on_train_epoch_end", model)

    def _call(self, hook, model):
        for callback in self.callbacks:
            getattr(callback, hook)(self, model)
