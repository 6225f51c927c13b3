# Shape: the default is one job.
from scikeras.wrappers import KerasClassifier
from sklearn.model_selection import GridSearchCV

grid = GridSearchCV(KerasClassifier(build), space)
