"""Filter a long signal by its Fourier transform."""

import numpy as np

generator = np.random.default_rng(3)
signal = np.cumsum(generator.normal(size=1 << 20))
for _ in range(20):
    spectrum = np.fft.rfft(signal)
    spectrum[5000:] = 0
    signal = np.fft.irfft(spectrum, n=signal.size)
print(f"{np.std(signal):.4f}")
