"""The many ways to one API have one name, however it was imported or aliased."""

from pathlib import Path

import pytest
from flows import flow_of

from source.calls import call_sites
from source.files import Unread
from source.flow.project import Project
from source.names import canonical


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("tensorflow.keras.models.Sequential", "keras.Sequential"),
        ("tensorflow.compat.v1.keras.Model", "keras.Model"),
        ("tensorflow.python.keras.engine.training.Model", "keras.Model"),
        ("tf_keras.layers.Dense", "keras.layers.Dense"),
        ("keras.src.layers.core.Dense", "keras.layers.Dense"),
        ("keras.backend.clear_session", "keras.clear_session"),
        ("tensorflow.keras.utils.clear_session", "keras.clear_session"),
        ("tensorflow.compat.v1.Session", "tensorflow.Session"),
        ("torch.nn.modules.linear.Linear", "torch.nn.Linear"),
        ("pytorch_lightning.LightningModule", "lightning.LightningModule"),
        ("torchvision.models.resnet18", "torchvision.models.resnet18"),
        ("kerasx.models.Model", "kerasx.models.Model"),
    ],
)
def test_one_name(written: str, name: str) -> None:
    assert canonical(written) == name


@pytest.mark.parametrize(
    ("program", "api"),
    [
        ("import tensorflow as tf\ntf.keras.Sequential()", "keras.Sequential"),
        ("from tensorflow import keras as k\nk.Sequential()", "keras.Sequential"),
        ("from keras.models import Sequential as S\nS()", "keras.Sequential"),
        ("from keras.models import *\nSequential()", "keras.Sequential"),
        ("import keras\nSeq = keras.Sequential\nSeq()", "keras.Sequential"),
        ("def f():\n    from keras import Sequential\n    Sequential()", "keras.Sequential"),
        (
            "try:\n    import tensorflow.keras as k\nexcept OSError:\n    import keras as k\nk.Sequential()",
            "keras.Sequential",
        ),
        ("import keras\nm = keras.Sequential()\nm.fit(1)", "keras.Model.fit"),
        ("import keras\nclass M(keras.Model):\n    pass\nM().fit(1)", "keras.Model.fit"),
        ("import keras\nclass M(keras.Model):\n    def go(self):\n        self.fit(1)", "keras.Model.fit"),
        ("import keras\ndef b():\n    return keras.Sequential()\nm = b()\nm.fit(1)", "keras.Model.fit"),
        ("import torch\nx = torch.cat([1])\nx.item()", "torch.Tensor.item"),
        ("from helper import make\nmake().fit(1)", "keras.Model.fit"),
        ("import helper\nhelper.make().fit(1)", "keras.Model.fit"),
        ("from helper import *\nmake().fit(1)", "keras.Model.fit"),
    ],
)
def test_the_api_of_the_last_call(tmp_path: Path, program: str, api: str) -> None:
    helper = "import keras\ndef make(n=1):\n    model = keras.Sequential()\n    return model\n"
    assert list(call_sites(flow_of(tmp_path, program, helper=helper)))[-1].api == api


def test_an_unknown_call_has_no_api(tmp_path: Path) -> None:
    sites = list(call_sites(flow_of(tmp_path, "def f(m):\n    return m.fit(g(1))\n")))
    assert [(site.line, site.column, site.expression, site.api) for site in sites] == [
        (2, 12, "m.fit", None),
        (2, 18, "g", None),
    ]


def test_imports_in_a_circle_end(tmp_path: Path) -> None:
    flow = flow_of(tmp_path, "from a import f\nf()", a="from b import f", b="from a import f")
    assert len(list(call_sites(flow))) == 1


def test_a_long_chain_of_calls_is_listed_and_what_is_longer_is_a_note(tmp_path: Path) -> None:
    sites = list(call_sites(flow_of(tmp_path, f"x = y{'.a()' * 300}\n")))
    assert [site.expression.count(".a") for site in sites] == list(range(1, 301))
    (tmp_path / "deep.py").write_text(f"x = y{'.a()' * 900}\n")
    assert isinstance(Project().flow(tmp_path / "deep.py"), Unread)
