# Shape: the estimator from a helper.
from scikeras.wrappers import KerasRegressor
from sklearn.model_selection import GridSearchCV


def estimator():
    return KerasRegressor(build)


def search():
    return GridSearchCV(estimator(), space, n_jobs=-1)  # smell
