# Shape: data and model belong to the fold.
import tensorflow as tf

for train, test in folds:
    tf.keras.backend.clear_session()
    model = tf.keras.Sequential()
    ds = tf.data.Dataset.from_tensor_slices((x[train], y[train])).batch(32)
    model.fit(ds)
