# Shape: a path is put in front of what is there.
import os

import tensorflow as tf

os.environ["PATH"] = "/opt/cuda-12.1/bin:" + os.environ["PATH"]
os.environ["LD_LIBRARY_PATH"] = f"/opt/cuda-11.2/lib64:{os.environ.get('LD_LIBRARY_PATH', '')}"  # smell
