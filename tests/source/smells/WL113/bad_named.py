# Shape: with names, the old wrapper.
from sklearn import model_selection
from tensorflow.keras.wrappers.scikit_learn import KerasRegressor

model = KerasRegressor(build_fn=build, epochs=3)
search = model_selection.RandomizedSearchCV(model, space, n_jobs=-1)  # smell
