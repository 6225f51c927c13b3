# Shape: estimators of scikit-learn itself.
import keras
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV

grid = GridSearchCV(RandomForestClassifier(), space, n_jobs=-1)
