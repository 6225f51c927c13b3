"""A script with the Trainer of Hugging Face as anybody might write it; it knows nothing of Wattlab."""

import json
import tempfile

import torch
from transformers import Trainer, TrainingArguments


class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def forward(self, x, labels):
        out = self.layer(x)
        return {"loss": torch.nn.functional.mse_loss(out, labels), "logits": out}


torch.manual_seed(3)
rows = [{"x": row, "labels": row.sum(0, keepdim=True)} for row in torch.rand(64, 4)]
with tempfile.TemporaryDirectory() as folder:
    arguments = TrainingArguments(
        folder,
        num_train_epochs=3,
        eval_strategy="epoch",
        save_strategy="no",
        logging_strategy="epoch",
        per_device_train_batch_size=16,
        report_to="none",
        disable_tqdm=True,
        use_cpu=True,
        dataloader_pin_memory=False,
    )
    trainer = Trainer(Line(), arguments, train_dataset=rows, eval_dataset=rows)
    trainer.train()
history = [entry["eval_loss"] for entry in trainer.state.log_history if "eval_loss" in entry]
callbacks = [type(callback).__name__ for callback in trainer.callback_handler.callbacks]
print(json.dumps({"val_loss": history, "callbacks": callbacks}))
