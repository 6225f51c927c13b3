"""Take short-time spectra of generated sounds."""

import tensorflow as tf

tf.random.set_seed(5)
sounds = tf.random.normal((16, 160_000))
for _ in range(6):
    spectra = tf.abs(tf.signal.stft(sounds, frame_length=1024, frame_step=256))
    bands = tf.tensordot(spectra, tf.signal.linear_to_mel_weight_matrix(num_spectrogram_bins=513), 1)
print(f"{float(tf.reduce_mean(tf.math.log(bands + 1e-6))):.4f}")
