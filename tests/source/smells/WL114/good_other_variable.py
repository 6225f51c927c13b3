# Shape: names of files and of other variables.
import os

import torch

os.environ["WHEELS"] = "/wheels/cuda-10.1"
os.environ["CUDA_HOME"] = "/usr/local/cuda-11.8"
os.environ["CUDA_VISIBLE_DEVICES"] = "0"
