"""Time of a file by `sonoscape embed` and by bliss, on one processor: python embed.py SONOSCAPE BLISS

From the start of a process to its end.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from side_by_side import hold_to_one_processor, report, write_sound

FILES, FILE_S = 6, 180


def seconds_a_file(command, **options):
    start = time.perf_counter()
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout
    return (time.perf_counter() - start) / FILES, output


def main():
    sonoscape, bliss = (Path(program).resolve() for program in sys.argv[1:3])
    hold_to_one_processor()
    with tempfile.TemporaryDirectory() as folder:
        files = [f"{folder}/{number}.wav" for number in range(FILES)]
        for number, file in enumerate(files):
            write_sound(file, number, FILE_S, 44100, 2)

        def ours():
            command = [sonoscape, "embed", *files, "--json", "--output", f"{folder}/vectors.npy"]
            seconds, output = seconds_a_file(command)
            assert json.loads(output)["embedded"] == FILES, output
            return seconds

        def theirs():
            seconds, output = seconds_a_file([bliss], input="".join(f"{file}\n" for file in files))
            assert sum(map(bool, output.splitlines())) == FILES, output
            return seconds

        manifest = (Path(__file__).parent / "bliss/Cargo.toml").read_text()
        version = re.search(r'bliss-audio = .*?"=(.+?)"', manifest)[1]
        label = f"bliss-audio {version}, one thread, stereo WAV files of {FILE_S} s"
        report(label, embed_sonoscape=ours, embed_bliss=theirs)


main()
