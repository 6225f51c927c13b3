# Shape: an ensemble whose members come from a function that builds and trains them.
import keras


def build(units):
    model = keras.Sequential([keras.layers.Dense(units)])
    model.compile(loss="mse")
    return model


def trained(units):
    model = build(units)
    model.fit(x, y)
    return model


members = []
for units in (16, 32, 64):
    model = trained(units)
    model.evaluate(x, y)
    members.append(model)
mean = sum(member.predict(x) for member in members) / len(members)
