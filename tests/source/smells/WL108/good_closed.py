# Shape: closed at the end.
import tensorflow as tf

handles = []
for name in names:
    handles.append(open(name))
for handle in handles:
    handle.close()
