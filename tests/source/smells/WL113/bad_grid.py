# Shape: the UP snippet of the taxonomy.
from scikeras.wrappers import KerasClassifier
from sklearn.model_selection import GridSearchCV

grid = GridSearchCV(estimator=KerasClassifier(build), param_grid=space, n_jobs=-1)  # smell
