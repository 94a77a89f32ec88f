// Loads the worker's WebAssembly and reports how far it is; from then on the worker speaks for itself.

const build = self.location.search;

function counted(response) {
  const encoded = response.headers.get("Content-Encoding");
  const total = encoded ? 0 : Number(response.headers.get("Content-Length"));
  let received = 0;
  const counter = new TransformStream({
    transform(chunk, controller) {
      received += chunk.byteLength;
      self.postMessage({ boot: { received, total } });
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), { headers: { "Content-Type": "application/wasm" } });
}

async function boot() {
  const [worker, response] = await Promise.all([import(`./worker.js${build}`), fetch(`./worker_bg.wasm${build}`)]);
  if (!response.ok) throw new Error(`worker_bg.wasm: HTTP ${response.status}`);
  await worker.default({ module_or_path: counted(response) });
}

boot().catch((error) => {
  console.error(error);
  self.postMessage({ boot: { failed: String(error) } });
});
