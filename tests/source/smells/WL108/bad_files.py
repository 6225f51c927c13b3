# Shape: file handles.
import tensorflow as tf

handles = []
while names:
    handle = open(names.pop(), "rb")
    handles.append(handle)  # smell
