"""A stand-in with the classes and the order of hooks of Hugging Face's Trainer."""

from transformers.trainer import Trainer
from transformers.trainer_callback import TrainerCallback

__all__ = ["Trainer", "TrainerCallback"]
