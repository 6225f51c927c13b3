# Shape: a small number.
from scikeras.wrappers import KerasClassifier
from sklearn.model_selection import GridSearchCV

grid = GridSearchCV(KerasClassifier(build), space, n_jobs=2, pre_dispatch=2)
