"""Find clusters, and say how well they are apart."""

from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.metrics import silhouette_score

points, _ = make_blobs(60_000, centers=12, n_features=16, random_state=2)
clusters = KMeans(12, n_init=6, random_state=2)
labels = clusters.fit_predict(points)
print(f"{silhouette_score(points[:6000], labels[:6000]):.4f}")
