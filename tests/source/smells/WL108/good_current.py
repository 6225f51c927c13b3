# Shape: the current file of each kind is held under its name.
import tensorflow as tf

current = {}
for path in paths:
    current["input"] = open(path, "rb")
    use(current)
