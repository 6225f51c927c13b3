# Shape: an interactive session in a function.
from tensorflow.compat.v1 import InteractiveSession


def show(tensor):
    session = InteractiveSession()  # smell
    print(tensor.eval())
