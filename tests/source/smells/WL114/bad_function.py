# Shape: in a function that sets up a run.
from os import environ

import keras


def prepare():
    environ["CUDA_PATH"] = "/usr/local/cuda-12.4"
    environ["CUDA_HOME"] = "/usr/local/cuda-12.0"  # smell
