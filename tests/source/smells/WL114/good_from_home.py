# Shape: all from one place.
import os

import keras

home = os.environ.setdefault("CUDA_HOME", "/usr/local/cuda-11.8")
os.environ["LD_LIBRARY_PATH"] = home + "/lib64"
os.environ["PATH"] = f"{home}/bin:" + os.environ["PATH"]
