"""What the comparisons of whole programs share: one processor, turns, and sounds that are the same everywhere."""

import array
import math
import os
import random
import statistics
import sys
import wave

LOOPS = 16
TURNS = 3


def hold_to_one_processor():
    """This process and those that it starts."""
    if not hasattr(os, "sched_setaffinity"):
        sys.exit("This system cannot hold a program to one processor.")
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])


def report(label, **works):
    """Prints a line `measured NAME MILLISECONDS LABEL` each; a work returns seconds, and the median of its turns counts."""
    turns = [[work() for work in works.values()] for _ in range(TURNS)]
    for name, times in zip(works, zip(*turns)):
        print(f"measured {name.replace('_', '.')} {statistics.median(times) * 1e3:.1f} {label}", flush=True)


def write_sound(path, seed, seconds, rate, channels):
    """A WAV file of 16 bits: second after second one of a few chords over noise, in an order that depends on the seed."""
    order = random.Random(seed)
    loops = [loop(order, rate, channels) for _ in range(LOOPS)]
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", "not compressed"))
        for _ in range(seconds):
            file.writeframes(order.choice(loops))


def loop(order, rate, channels):
    pitches = [110 * 2 ** (order.randrange(36) / 12) for _ in range(3)]
    decay = order.uniform(1, 8)
    samples = array.array("h")
    for n in range(rate):
        t = n / rate
        chord = sum(math.sin(2 * math.pi * pitch * t) for pitch in pitches)
        value = 8000 * chord / 3 * math.exp(-decay * t) + order.gauss(0, 300)
        samples.extend([int(max(-32768, min(32767, value)))] * channels)
    return samples.tobytes()
