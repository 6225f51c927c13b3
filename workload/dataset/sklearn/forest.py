"""Fit a random forest and score it on data that it has not seen."""

from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

features, classes = make_classification(8000, 30, n_informative=12, random_state=1)
seen, unseen, known, asked = train_test_split(features, classes, random_state=1)
forest = RandomForestClassifier(150, random_state=1)
forest.fit(seen, known)
print(f"{forest.score(unseen, asked):.4f}")
