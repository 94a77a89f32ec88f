// Hands what the microphone hears to the page, a few thousand samples at a time, mixed down to one channel.

const SAMPLES = 2048;

class Recorder extends AudioWorkletProcessor {
  #samples = new Float32Array(SAMPLES);
  #count = 0;

  process([channels]) {
    const length = channels[0]?.length ?? 0;
    for (let i = 0; i < length; i += 1) {
      const sum = channels.reduce((sum, channel) => sum + channel[i], 0);
      this.#samples[this.#count] = sum / channels.length;
      this.#count += 1;
      if (this.#count === SAMPLES) {
        this.port.postMessage(this.#samples.slice());
        this.#count = 0;
      }
    }
    return true;
  }
}

registerProcessor("recorder", Recorder);
