// Loads the page's WebAssembly, or says in one sentence why it cannot.

// A module that does nothing but use one vector instruction: valid only where SIMD is supported.
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

const build = new URL(import.meta.url).search;

function problem(kind, sentence, retry) {
  document.getElementById("app").dataset.engine = "failed";
  const engine = document.getElementById("engine");
  if (engine) engine.hidden = true;
  const box = document.getElementById("problem");
  box.dataset.kind = kind;
  box.querySelector("p").textContent = sentence;
  const button = box.querySelector("button");
  button.hidden = !retry;
  button.addEventListener("click", () => location.reload());
  box.hidden = false;
}

function understandsSimd() {
  return typeof WebAssembly === "object" && WebAssembly.validate(SIMD_PROBE);
}

// Until the page listens itself: a dropped file must not replace it.
const early = new AbortController();
addEventListener("dragover", (event) => event.preventDefault(), { signal: early.signal });
addEventListener(
  "drop",
  (event) => {
    event.preventDefault();
    globalThis.sonoscapeEarlyFile = event.dataTransfer?.files[0];
  },
  { signal: early.signal },
);

async function boot() {
  if (!understandsSimd()) {
    problem(
      "no-simd",
      "This browser lacks WebAssembly SIMD, which Sonoscape computes with. Chrome or Edge 91, Firefox 89 and Safari 16.4 have it, and so do all later ones.",
      false,
    );
    return;
  }
  try {
    const page = await import(`./sonoscape-www.js${build}`);
    await page.default({ module_or_path: new URL(`./sonoscape-www_bg.wasm${build}`, import.meta.url) });
    early.abort();
  } catch (error) {
    console.error(error);
    problem("network", "The page could not be loaded completely. Check the connection, then try again.", true);
  }
}

boot();
