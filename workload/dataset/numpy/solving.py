"""Solve linear systems, by factors and by least squares."""

import numpy as np

generator = np.random.default_rng(5)
residual = 0.0
for _ in range(3):
    matrix = generator.normal(size=(1500, 1500)) + 40 * np.eye(1500)
    target = generator.normal(size=1500)
    residual += float(np.linalg.norm(matrix @ np.linalg.solve(matrix, target) - target))
    solution, *_ = np.linalg.lstsq(matrix[:, :400], target, rcond=None)
print(f"{residual:.1e} {solution[0]:.4f}")
