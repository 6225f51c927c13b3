# Shape: the fix.
from scikeras.wrappers import KerasClassifier
from sklearn.model_selection import GridSearchCV

grid = GridSearchCV(KerasClassifier(build), space, n_jobs=1)
