"""Makes the golden arrays of this folder: python make.py, with numpy 2.4, librosa 0.11 and Pillow 13."""

from pathlib import Path

import librosa
import numpy as np
from PIL import Image

HERE = Path(__file__).parent
SAMPLE_RATE = 22_050


def tune(length):
    """Three saw waves that come and go over noise, in integers; the same as `tune` in ../library/tune.rs."""
    samples = np.zeros(length, np.float32)
    noise = 1
    for n in range(length):
        noise = (noise * 1_664_525 + 1_013_904_223) % 2**32
        value = (noise >> 16) % 2048 - 1024
        for voice, step in enumerate((97, 331, 1201)):
            loudness = (n // (1000 + 700 * voice)) % 8
            value += ((n * step) % 65_536 - 32_768) * loudness // 32
        samples[n] = value / 65_536
    return samples


def log_mel(samples):
    power = librosa.feature.melspectrogram(
        y=samples, sr=SAMPLE_RATE, n_fft=2048, hop_length=512, window="hann", center=True, pad_mode="constant",
        power=2.0, n_mels=128, fmin=0.0, fmax=8000.0, htk=False, norm="slaney")
    return librosa.power_to_db(power, ref=np.max, amin=1e-10, top_db=80.0)


def image(mel, columns):
    picture = Image.fromarray(mel.astype(np.float32)).resize((columns, mel.shape[0]), Image.Resampling.BILINEAR)
    return 1.0 + np.asarray(picture) / 80.0


def save(name, array):
    np.save(HERE / f"{name}.npy", array.astype("<f4"))


if __name__ == "__main__":
    save("log_mel", log_mel(tune(3 * SAMPLE_RATE)))
    save("image", image(log_mel(tune(322 * 512)), 128))
