"""Cross-validate boosted trees."""

from sklearn.datasets import make_regression
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import cross_val_score

features, target = make_regression(20_000, 20, noise=5.0, random_state=5)
scores = cross_val_score(HistGradientBoostingRegressor(max_iter=100, random_state=5), features, target, cv=4)
print(" ".join(f"{score:.4f}" for score in scores))
