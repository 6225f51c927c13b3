# Shape: the fixed twin.
import os

os.environ["CUDA_HOME"] = "/usr/local/cuda-11.8"
os.environ["LD_LIBRARY_PATH"] = "/usr/local/cuda-11.8/lib64"

import keras
