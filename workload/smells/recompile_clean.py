"""The clean twin of recompile.py: the network is compiled once."""

import smell_training

work = smell_training.Work("Train a CNN by fit(), compiled once.")
network = smell_training.build(work.args)
for epoch in work.epochs():
    history = network.fit(work.pictures, work.labels, work.args.batch_size, shuffle=False, verbose=0).history
    epoch.note({name: values[0] for name, values in history.items()})
work.finish(network.get_weights())
