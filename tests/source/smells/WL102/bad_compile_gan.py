# Shape: a pair of models as in GAN tutorials, the discriminator compiled per step.
import keras

discriminator = keras.Sequential([keras.layers.Dense(1)])
while step < steps:
    discriminator.compile(loss="binary_crossentropy")  # smell
    discriminator.fit(real, ones)
    step += 1
