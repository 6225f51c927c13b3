"""Fit a support vector machine on scaled features."""

from sklearn.datasets import make_classification
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

features, classes = make_classification(5000, 20, n_informative=10, random_state=3)
machine = make_pipeline(StandardScaler(), SVC(C=2.0))
machine.fit(features[:4000], classes[:4000])
print(f"{machine.score(features[4000:], classes[4000:]):.4f}")
