# Shape: the link that the installer makes names no version.
import os

import tensorflow as tf

os.environ["CUDA_HOME"] = "/usr/local/cuda"
os.environ["PATH"] = "/usr/local/cuda-12.4/bin:" + os.environ["PATH"]
