"""Improper Model Reuse in its second form: one network is compiled again for each epoch."""

import smell_training

work = smell_training.Work("Train a CNN by fit(), compiled again for each epoch.")
network = smell_training.build(work.args)
for epoch in work.epochs():
    network.compile(network.optimizer, network.loss, metrics=["accuracy"], jit_compile=False)
    history = network.fit(work.pictures, work.labels, work.args.batch_size, shuffle=False, verbose=0).history
    epoch.note({name: values[0] for name, values in history.items()})
work.finish(network.get_weights())
