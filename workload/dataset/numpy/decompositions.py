"""Decompose random matrices: singular values, QR, eigenvalues of symmetric ones."""

import numpy as np

generator = np.random.default_rng(1)
for _ in range(3):
    matrix = generator.normal(size=(900, 900))
    values = np.linalg.svd(matrix, compute_uv=False)
    _, upper = np.linalg.qr(matrix)
    spectrum = np.linalg.eigvalsh(matrix + matrix.T)
print(f"{values[0]:.4f} {abs(upper[0, 0]):.4f} {spectrum[-1]:.4f}")
