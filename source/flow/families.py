"""Classes of libraries from which classes and values of a program derive."""

from source.flow.definitions import ClassDefinition
from source.flow.libraries import FAMILY, KERAS_LAYERS, KERAS_MODELS, TORCH_MODULES
from source.flow.values import Value


def family_api(value: Value, name: str) -> str:
    """Return under which name a method of a value is looked up, empty where nothing is known."""
    family = FAMILY.get(value.kind) or (class_family(value.definition) if value.definition else None)
    return f"{family}.{name}" if family else ""


def class_family(definition: ClassDefinition) -> str | None:
    """Return the class of a library from which a class of the program derives."""
    bases = definition.bases
    if any(base.startswith(TORCH_MODULES) or base.startswith("torchvision.models.") for base in bases):
        return "torch.nn.Module"
    if any(base in KERAS_MODELS for base in bases):
        return "keras.Model"
    if any(base in KERAS_LAYERS or base.startswith("keras.layers.") for base in bases):
        return "keras.layers.Layer"
    return None
