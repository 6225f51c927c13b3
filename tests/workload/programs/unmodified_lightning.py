"""A script with Lightning as anybody might write it; it knows nothing of Wattlab."""

import json
import warnings

import torch
from torch.utils.data import DataLoader, TensorDataset

warnings.filterwarnings("ignore")
import lightning  # noqa: E402


class Line(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def training_step(self, batch):
        loss = torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])
        self.log("loss", loss, on_epoch=True, on_step=False)
        return loss

    def validation_step(self, batch):
        self.log("val_loss", torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1]))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.01)


class Losses(lightning.Callback):
    def __init__(self):
        self.losses = []

    def on_validation_epoch_end(self, trainer, module):
        if not trainer.sanity_checking:
            self.losses.append(trainer.callback_metrics["val_loss"].item())


torch.manual_seed(3)
x = torch.rand(64, 4)
loader = DataLoader(TensorDataset(x, x.sum(1, keepdim=True)), 16)
mine = Losses()
trainer = lightning.Trainer(
    max_epochs=3,
    accelerator="cpu",
    callbacks=[mine],
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
)
trainer.fit(Line(), loader, loader)
print(json.dumps({"val_loss": mine.losses, "callbacks": [type(c).__name__ for c in trainer.callbacks]}))
