# Shape: the snippet of the taxonomy: variables disagree.
import os

os.environ["CUDA_HOME"] = "/usr/local/cuda-11.8"
os.environ["LD_LIBRARY_PATH"] = "/usr/local/cuda-10.1/lib64"  # smell

import keras
