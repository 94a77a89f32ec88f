"""Makes the golden arrays of this folder: python make.py, with numpy 2.4, librosa 0.11, Pillow 13 and onnxruntime 1.32.

`latents.npy` and `redrawn.npy` follow the shipped encoder and decoder: make them again whenever those change.
"""

from pathlib import Path

import librosa
import numpy as np
import onnxruntime
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


def mfcc(samples):
    return librosa.feature.mfcc(S=log_mel(samples), n_mfcc=20, dct_type=2, norm="ortho", lifter=0)


def chroma(samples):
    return librosa.feature.chroma_stft(
        y=samples, sr=SAMPLE_RATE, n_fft=2048, hop_length=512, window="hann", center=True, pad_mode="constant",
        norm=np.inf, tuning=0.0, n_chroma=12)


def resize(feature, columns, height):
    """323 frames become 128 columns; frames beyond the last whole column fall away."""
    box = (0, 0, columns * 323 / 128, feature.shape[0])
    picture = Image.fromarray(feature.astype(np.float32))
    return np.asarray(picture.resize((columns, height), Image.Resampling.BILINEAR, box))


def image(mel, columns):
    return 1.0 + resize(mel, columns, mel.shape[0]) / 80.0


def composite(samples, columns):
    mel, cepstrum = log_mel(samples), mfcc(samples)
    cepstrum = (cepstrum - cepstrum.min()) / np.ptp(cepstrum)
    channels = [image(mel, columns), resize(cepstrum, columns, 128), resize(chroma(samples), columns, 128)]
    return np.round(255 * np.stack(channels, axis=-1)[::-1])


def run(network, **inputs):
    session = onnxruntime.InferenceSession(HERE / f"../../models/{network}.onnx", providers=["CPUExecutionProvider"])
    return session.run(None, {name: array.astype(np.float32) for name, array in inputs.items()})[0]


def latents(tile):
    return run("encoder", tiles=tile[np.newaxis])


def redrawn(tile):
    return run("decoder", latents=latents(tile))[0]


def save(name, array):
    np.save(HERE / f"{name}.npy", np.ascontiguousarray(array, "<f4"))


if __name__ == "__main__":
    save("log_mel", log_mel(tune(3 * SAMPLE_RATE)))
    tile = image(log_mel(tune(322 * 512)), 128)
    save("image", tile)
    save("latents", latents(tile))
    save("redrawn", redrawn(tile))
    save("mfcc", mfcc(tune(3 * SAMPLE_RATE)))
    save("chroma", chroma(tune(3 * SAMPLE_RATE)))
    save("composite", composite(tune(SAMPLE_RATE), 17))
