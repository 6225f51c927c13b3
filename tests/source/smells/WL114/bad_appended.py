# Shape: += on a variable.
import os

import torch

os.environ["CUDA_HOME"] = "/usr/local/cuda-11"
os.environ["LD_LIBRARY_PATH"] += ":/usr/local/cuda-9.2/lib64"  # smell
