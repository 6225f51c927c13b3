"""Multiply matrices of growing size, once as a product and once as a sum over indices."""

import numpy as np

generator = np.random.default_rng(2)
total = 0.0
for size in (400, 800, 1600):
    left = generator.normal(size=(size, size))
    right = generator.normal(size=(size, size))
    for _ in range(4):
        total += float(np.matmul(left, right)[0, 0])
        total += float(np.einsum("ij,ij->", left, right))
print(f"{total:.4f}")
