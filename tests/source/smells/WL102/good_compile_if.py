# Shape: fine-tuning: compiled again once, when layers are unfrozen.
import keras

model = keras.applications.ResNet50()
for epoch in range(10):
    if epoch == 5:
        model.trainable = True
        model.compile("sgd", "mse")
    model.fit(x, y, epochs=1)
