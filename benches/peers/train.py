"""Time of a training step of `sonoscape train` and of the same network with the same loss in PyTorch, on one processor:
python train.py SONOSCAPE SETTINGS

There is no teacher, which both would only read. Ours reads and alters its tiles beside learning; PyTorch is handed one
step's tiles again and again.
"""

import csv
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from side_by_side import hold_to_one_processor, report, write_sound

ARTISTS, TRACKS_EACH, TRACK_S = 20, 4, 12
WARM_STEPS, STEPS = 4, 12
LEAST_VARIANCE = 1e-4
RATES = 5


class Down(nn.Sequential):
    def __init__(self, channels, filters):
        super().__init__(nn.Conv1d(channels, filters, 5, 2, 2), nn.ReLU(), nn.BatchNorm1d(filters))


class Up(nn.Sequential):
    def __init__(self, channels, filters):
        super().__init__(nn.ConvTranspose2d(channels, filters, 5, 2, 2, 1), nn.ReLU(), nn.BatchNorm2d(filters))


def layers(layer, widths):
    return nn.Sequential(*(layer(a, b) for a, b in zip(widths, widths[1:])))


def mean_and_spread(x):
    """[n, channels, places] to [n, 2 · channels]"""
    mean = x.mean(2, keepdim=True)
    return torch.cat([mean, ((x - mean).square().mean(2, keepdim=True) + LEAST_VARIANCE).sqrt()], 1).flatten(1)


class Descriptors(nn.Module):
    """Moments of the cepstrum, and spectra of how groups of bands rise."""

    def __init__(self, settings, side):
        super().__init__()
        self.settings = settings
        bands, coefficients, groups = settings["bands"], settings["coefficients"], settings["groups"]
        k, band = torch.arange(coefficients)[:, None], torch.arange(bands)
        cosines = torch.cos(torch.pi * k * (2 * band + 1) / (2 * bands)) * (2 / bands) ** 0.5 * 80
        cosines[0] /= 2**0.5
        length = side - 1
        t, bins = torch.arange(length)[:, None], torch.arange(length // 2)
        window = torch.hann_window(length, periodic=False)[:, None]
        angle = 2 * torch.pi * t * (bins + 1) / length
        edges = [round((len(bins) + 1) ** (i / RATES)) for i in range(RATES + 1)]
        ranges = torch.zeros(len(bins), RATES)
        for rate, (start, end) in enumerate(zip(edges, edges[1:])):
            ranges[start - 1 : end - 1, rate] = 1 / (end - start)
        constants = {"cosines": cosines, "real": window * angle.cos(), "imaginary": window * angle.sin(), "ranges": ranges}
        for name, value in constants.items():
            self.register_buffer(name, value, persistent=False)
        self.cepstral, self.rhythmic = 3 * coefficients, RATES * groups
        self.cepstra, self.rhythm = nn.BatchNorm1d(self.cepstral), nn.BatchNorm1d(self.rhythmic)
        self.requires_grad_(False)

    def forward(self, tiles):
        lower = tiles[:, : self.settings["bands"]].clamp_min(self.settings["floor"])
        cepstra = self.cosines @ lower
        spreads = mean_and_spread(cepstra.diff(dim=2))[:, cepstra.shape[1] :]
        levels = 80 * lower.unflatten(1, (self.settings["groups"], -1)).mean(2)
        rises = functional.relu(levels.diff(dim=2))
        rises = rises - rises.mean(2, keepdim=True)
        power = (rises @ self.real).square() + (rises @ self.imaginary).square()
        strengths = (power + LEAST_VARIANCE).sqrt() @ self.ranges
        return (
            self.cepstra(torch.cat([mean_and_spread(cepstra), spreads], 1)),
            self.rhythm(strengths.log1p().flatten(1)),
        )


class Autoencoder(nn.Module):
    def __init__(self, model):
        super().__init__()
        side, latents = model["side"], model["latents"]
        self.window, summary = model["pooling"]["window"], model["pooling"]["summary"]
        self.coarsest = side // 16
        self.descriptors = Descriptors(model["descriptors"], side)
        self.time = layers(Down, [side, *model["time_filters"]])
        self.time_dense = nn.Linear(2 * model["time_filters"][3], latents - self.descriptors.cepstral)
        self.frequency = layers(Down, [self.window, *model["frequency_filters"]])
        self.summary = nn.Linear(model["frequency_filters"][3] * self.coarsest, summary)
        self.frequency_dense = nn.Linear(2 * summary, latents - self.descriptors.rhythmic)
        a, b, c, d = model["decoder_filters"]
        self.decoder_dense = nn.Linear(2 * latents, d * self.coarsest**2)
        self.up = layers(Up, [d, d, c, b, a])
        self.last = nn.ConvTranspose2d(a, 1, 5, 1, 2)

    def encode(self, tiles):
        n, bands, columns = tiles.shape
        time = self.time_dense(mean_and_spread(self.time(tiles)))
        windows = tiles.view(n, bands, -1, self.window).permute(0, 2, 3, 1).reshape(-1, self.window, bands)
        windows = functional.relu(self.summary(self.frequency(windows).flatten(1))).view(n, columns // self.window, -1)
        frequency = self.frequency_dense(mean_and_spread(windows.transpose(1, 2)))
        cepstra, rhythm = self.descriptors(tiles)
        return torch.cat([time, cepstra, frequency, rhythm], 1)

    def decode(self, latents):
        x = functional.relu(self.decoder_dense(latents)).view(len(latents), -1, self.coarsest, self.coarsest)
        return self.last(self.up(x)).sigmoid().squeeze(1)

    def size(self):
        """Weights, with the running statistics of the norms."""
        statistics = (b.numel() for name, b in self.named_buffers() if "running" in name)
        return sum(p.numel() for p in self.parameters()) + sum(statistics)


def listen(network, tiles, matching, listening):
    """The loss of a step: companion/src/train/listening.rs without a teacher."""
    latents = network.encode(tiles)
    count = listening["redrawn"]
    mse = (network.decode(latents[:count].detach()) - tiles[:count]).square().mean()
    centred = latents - latents.mean(0)
    heard = centred / (centred.square().mean(0) + 1e-4).sqrt()
    loss = mse
    for view in (heard, *heard.chunk(2, 1)):
        rows = view / (view.square().sum(1, keepdim=True) + 1e-6).sqrt()
        partners, left_out = matching
        found = functional.log_softmax(rows @ rows.T / listening["temperature"] + left_out, 1) * partners
        loss = loss - found.sum() / len(tiles) * (listening["agreement"] / 3)
    return loss, mse


def matching_of(tiles):
    track = torch.arange(tiles // 2).repeat(2)
    artist = track % ARTISTS
    partners = (track[:, None] == track) & ~torch.eye(tiles, dtype=torch.bool)
    left_out = (artist[:, None] == artist) & ~partners
    return partners.float(), -1e4 * left_out.float()


class PyTorch:
    def __init__(self, settings):
        torch.manual_seed(settings["seed"])
        torch.set_num_threads(1)
        self.listening = settings["listening"]
        self.network = Autoencoder(settings["model"])
        learnt = [weight for weight in self.network.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.Adam(learnt, lr=settings["learning_rate"], eps=1e-7, fused=True)
        side = settings["model"]["side"]
        self.tiles = torch.rand(settings["batch_size"], side, side)
        self.matching = matching_of(settings["batch_size"])

    def step_s(self):
        """Seconds of a step, once warm."""
        for step in range(WARM_STEPS + STEPS):
            if step == WARM_STEPS:
                start = time.perf_counter()
            self.optimizer.zero_grad()
            loss, mse = listen(self.network, self.tiles, self.matching, self.listening)
            assert torch.isfinite(loss)
            loss.backward()
            self.optimizer.step()
            mse.item()
        return (time.perf_counter() - start) / STEPS


class Sonoscape:
    def __init__(self, program, settings, folder, size):
        self.program, self.folder, self.size, self.steps = program, folder, size, 0
        for track in range(ARTISTS * TRACKS_EACH):
            artist = folder / f"music/{track % ARTISTS}"
            artist.mkdir(parents=True, exist_ok=True)
            write_sound(artist / f"{track}.wav", track, TRACK_S, 22050, 1)
        (folder / "settings.json").write_text(json.dumps(settings))

    def step_s(self):
        """Seconds of a step, once warm."""
        self.steps += WARM_STEPS + STEPS
        command = [self.program, "train", "music", "--run", "run", "--config", "settings.json", "--steps", str(self.steps)]
        output = subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.PIPE, text=True).stdout
        size = int(re.search(r"(\d+) weights", output)[1])
        assert size == self.size, f"{size} weights of ours, {self.size} of theirs"
        with open(self.folder / "run/metrics.csv") as file:
            seconds = {int(row["step"]): float(row["seconds"]) for row in csv.DictReader(file)}
        return (seconds[self.steps] - seconds[self.steps - STEPS]) / STEPS


def main():
    hold_to_one_processor()
    settings = json.loads(Path(sys.argv[2]).read_text())
    settings["listening"]["teacher"] = 0
    settings |= {"report_every": WARM_STEPS, "validation_tiles": 1}
    with tempfile.TemporaryDirectory() as folder:
        theirs = PyTorch(settings)
        ours = Sonoscape(Path(sys.argv[1]).resolve(), settings, Path(folder), theirs.network.size())
        label = f"PyTorch {torch.__version__}, one thread, steps of {settings['batch_size']} tiles"
        report(label, train_sonoscape=ours.step_s, train_pytorch=theirs.step_s)


main()
