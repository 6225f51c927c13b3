"""A stand-in with the classes and the order of hooks of Lightning 2 that the launcher relies on."""

from lightning.pytorch.callbacks import Callback
from lightning.pytorch.trainer.trainer import Trainer

__all__ = ["Callback", "Trainer"]
