# Shape: the builder lies in another file (builders.py next to this one).
from builders import make_net

for seed in range(10):
    net = make_net(seed)  # smell
    net.fit(x, y)
