# Shape: cross-validation as in many tutorials.
import keras as k
from sklearn.model_selection import KFold

Net = k.models.Sequential
scores = []
for train, test in KFold(5).split(x):
    net = Net([k.layers.Dense(1)])  # smell
    net.compile(loss="mse")
    net.fit(x[train], y[train])
    scores.append(net.evaluate(x[test], y[test]))
