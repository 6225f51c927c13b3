# Shape: a search per target.
from scikeras.wrappers import KerasClassifier as Wrapper
from sklearn.model_selection import GridSearchCV

wrapped = Wrapper(build)
for target in targets:
    GridSearchCV(wrapped, space, cv=3, n_jobs=-1).fit(x, target)  # smell
