"""Sort, search and count in large arrays."""

import numpy as np

generator = np.random.default_rng(4)
found = 0
for _ in range(5):
    values = generator.integers(0, 1 << 30, size=4_000_000)
    ordered = np.sort(values)
    found += int(np.searchsorted(ordered, values[:500_000]).sum() % 1000)
    found += np.unique(values[:1_000_000]).size
print(found)
