# Shape: another file each turn.
import tensorflow as tf

model = tf.keras.Sequential()
for name in names:
    ds = tf.data.TFRecordDataset(name).batch(32)
    model.fit(ds)
