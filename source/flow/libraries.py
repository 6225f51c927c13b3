"""What the APIs of known libraries give: the kind of value for the canonical name of a call."""

import re

KINDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"^(?:{pattern})$"), kind)
    for pattern, kind in (
        (r"keras\.(?:Sequential|Model)(?:\.from_config)?", "model"),
        (r"keras\.models\.(?:load_model|clone_model|model_from_json|model_from_config)", "model"),
        (r"keras\.applications\.(?:\w+\.)?[A-Z]\w*", "model"),
        (r"keras\.Input", "keras-tensor"),
        (r"keras\.layers\.[A-Z]\w*", "layer"),
        (r"keras\.optimizers\.(?:\w+\.)*[A-Z]\w*", "optimizer"),
        (r"keras\.datasets\.\w+\.load_data", "arrays"),
        (r"keras\.losses\.[A-Z]\w*", "tf-criterion"),
        (
            r"(?:scikeras\.wrappers|keras\.wrappers\.(?:scikit_learn\.)?)\.?(?:Keras|SKLearn)(?:Classifier|Regressor)",
            "keras-estimator",
        ),
        (r"tensorflow\.data\.Dataset\.\w+|tensorflow\.data\.(?:experimental\.)?\w*Dataset", "dataset"),
        (
            r"keras\.(?:preprocessing|utils)\.(?:image_dataset_from_directory|text_dataset_from_directory|timeseries_dataset_from_array)",
            "dataset",
        ),
        (r"tensorflow\.(?:Interactive)?Session", "session"),
        (r"tensorflow\.Graph", "graph"),
        (r"tensorflow\.GradientTape", "tape"),
        (r"tensorflow\.Variable|tensorflow\.get_variable", "variable"),
        (r"tensorflow\.function", "function"),
        (r"tensorflow\.constant|tensorflow\.convert_to_tensor", "tf-tensor"),
        (
            r"tensorflow\.(?:math|nn|linalg|image|signal|random|losses|layers|keras\.backend)\.[a-z]\w*",
            "tf-tensor",
        ),
        (
            r"tensorflow\.(?:abs|add\w*|arg\w+|assign\w*|boolean_mask|broadcast_to|cast|clip_by_\w+|concat|divide|einsum|equal|exp\w*|eye|fill|gather\w*|log|matmul|maximum|minimum|multiply|norm|one_hot|ones\w*|pad|pow|range|reduce_\w+|reshape|round|sigmoid|sign|slice|softmax|split|sqrt|square\w*|squeeze|stack|stop_gradient|subtract|tanh|tensordot|tile|transpose|truediv|unstack|where|zeros\w*|placeholder|global_variables_initializer|gradients)",
            "tf-tensor",
        ),
        (r"torch\.nn\.\w*Loss\w*", "criterion"),
        (r"torch\.nn\.(?:functional|init|utils|parallel|parameter|attention)\.[a-z]\w*", "tensor"),
        (r"torch\.nn\.Parameter", "parameter-tensor"),
        (r"torch\.nn\.[A-Z]\w*|torch\.nn\.parallel\.[A-Z]\w*", "module"),
        (r"torchvision\.models\.(?:\w+\.)*[a-z]\w*", "module"),
        (r"torch\.hub\.load", "module"),
        (r"transformers\.(?:AutoModel\w*|\w+Model|\w+For[A-Z]\w+)\.from_(?:pretrained|config)", "module"),
        (r"transformers\.TF\w+\.from_(?:pretrained|config)", "model"),
        (r"torch\.optim\.(?:\w+\.)?[A-Z]\w*", "optimizer"),
        (r"torch\.utils\.data\.DataLoader", "dataloader"),
        (r"torch\.jit\.(?:trace|script|trace_module)", "traced"),
        (r"torch\.distributed\.new_(?:sub)?group\w*", "process-group"),
        (r"torch\.(?:cat|concat|concatenate|stack|hstack|vstack)", "tensor"),
        (r"horovod\.torch\.all(?:reduce|gather)\w*", "tensor"),
        (r"torch\.[a-z]\w*", "torch-result"),
        (r"open|io\.open|gzip\.open|PIL\.Image\.open|Image\.open", "file"),
        (r"numpy\.(?:random\.)?[a-z]\w*|cv2\.\w+", "array"),
        (r"range|numpy\.arange", "range"),
        (r"list|dict|set|collections\.(?:defaultdict|OrderedDict|Counter)", "container"),
        (r"collections\.deque", "container"),
        (r"itertools\.cycle", "cycle"),
        (r"torch\.cuda\.amp\.GradScaler|torch\.amp\.GradScaler", "scaler"),
    )
)

LIBRARIES = frozenset(
    (
        *("numpy", "tensorflow", "keras", "torch", "pandas", "matplotlib", "os", "sys", "re"),
        *("typing", "collections", "logging", "json", "math", "time", "pathlib", "functools"),
        *("itertools", "dataclasses", "cv2", "scipy"),
    )
)
"""Top-level packages that are never a file of the program."""

FAMILY = {
    "model": "keras.Model",
    "layer": "keras.layers.Layer",
    "module": "torch.nn.Module",
    "criterion": "torch.nn.Module",
    "tensor": "torch.Tensor",
    "torch-result": "torch.Tensor",
    "parameter-tensor": "torch.Tensor",
    "optimizer": "optimizer",
    "dataset": "tensorflow.data.Dataset",
    "session": "tensorflow.Session",
    "graph": "tensorflow.Graph",
    "tape": "tensorflow.GradientTape",
    "dataloader": "torch.utils.data.DataLoader",
    "container": "container",
    "file": "file",
    "tf-tensor": "tensorflow.Tensor",
}
"""Under which name the methods of a kind are looked up: ``model.fit`` is ``keras.Model.fit``."""

WRAPPERS = frozenset(
    (
        *("enumerate", "zip", "tqdm", "tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm"),
        *("tqdm.trange", "iter", "reversed", "sorted", "itertools.islice", "rich.progress.track"),
        *("next",),
    )
)
"""What is iterated stays what it is within these."""

HARMLESS = frozenset(
    (
        *("print", "len", "float", "int", "str", "repr", "format", "round", "isinstance", "type"),
        *("min", "max", "sum", "bool", "abs", "enumerate", "range", "id", "hasattr", "getattr"),
        *("sorted", "zip", "any", "all"),
    )
)
"""Calls that keep nothing of what they get."""

HARMLESS_LIBRARIES = (
    "numpy.",
    "matplotlib.",
    "logging.",
    "torch.",
    "tensorflow.",
    "wandb.",
    "tqdm.",
    "math.",
    "os.",
)

SAME = frozenset(
    (
        *("torch.mean", "torch.sum", "torch.squeeze", "torch.reshape", "torch.flatten", "torch.clone"),
        *("horovod.torch.allreduce",),
    )
)
"""Functions whose result is a sum, a part or a multiple of their first argument."""

TORCH_MODULES = ("torch.nn.Module", "lightning.LightningModule", "transformers.PreTrainedModel")
KERAS_MODELS = ("keras.Model", "keras.Sequential")
KERAS_LAYERS = ("keras.layers.Layer", "keras.Layer")

PER_BATCH = {
    "torch": frozenset(("forward", "training_step", "validation_step", "test_step", "predict_step")),
    "keras": frozenset(("call", "train_step", "test_step", "predict_step")),
    "callback": frozenset(
        (*("on_train_batch_end", "on_train_batch_start", "on_batch_end", "on_test_batch_end"),)
    ),
}
"""Methods that a framework calls for every batch, by the family of their class."""

NO_GRADIENTS = frozenset(("torch.no_grad", "torch.inference_mode", "torch.set_grad_enabled"))

_NO_GRAPH = frozenset(
    (
        *("detach", "detach_", "item", "tolist", "numpy", "data", "argmax", "argmin", "size"),
        *("dim", "numel", "eq", "ne", "long", "int", "bool", "shape", "requires_grad", "grad"),
        *("dtype", "device", "topk", "sort", "max_memory"),
    )
)


def kind_of(api: str) -> str:
    """Return the kind of value that a call of an API gives, empty where that is not known."""
    found = _CACHE.get(api)
    if found is None:
        found = next((kind for pattern, kind in KINDS if pattern.match(api)), "")
        if len(_CACHE) < _MOST_CACHED:
            _CACHE[api] = found
    return found


_CACHE: dict[str, str] = {}
_MOST_CACHED = 50_000


def keeps_graph(method: str) -> bool:
    """Return whether what a method of a tensor gives stays attached to its graph of gradients."""
    return method not in _NO_GRAPH
