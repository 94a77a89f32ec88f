// Builds other in-browser indexes of the same vectors and times their searches for the ten nearest, on one thread.
// Gives a line `measured NAME VALUE LABEL` each.

import { loadHnswlib } from "./node_modules/hnswlib-wasm/dist/hnswlib.js";
import * as voy from "./node_modules/voy-search/voy_search_bg.js";

const DIMENSION = 256;
const K = 10;
const NEIGHBOURS_OF_A_NODE = 16;
const EF_CONSTRUCTION = 100;
/// A graph looks at more and more rows until it finds as many of the truly nearest as our codes do.
const EF = [10, 20, 50, 100, 200, 400, 800];
/// voy copies every vector through an object of JavaScript, and its memory would not hold them all.
const ROWS_OF_VOY = 50000;
const QUERIES_OF_VOY = 50;

const bytes = async (name) => (await fetch(`./vectors/${name}`)).arrayBuffer();
const vectors = new Float32Array(await bytes("rows.f32"));
const queries = new Float32Array(await bytes("queries.f32"));
const nearest = new Uint32Array(await bytes("nearest.u32"));
const ourRecall = Number(new TextDecoder().decode(await bytes("recall.txt")));

const ROWS = vectors.length / DIMENSION;
const QUERIES = queries.length / DIMENSION;
const row = (i) => vectors.subarray(i * DIMENSION, (i + 1) * DIMENSION);
const query = (i) => queries.subarray(i * DIMENSION, (i + 1) * DIMENSION);
const megabytes = (memory) => `${(memory.byteLength / 1e6).toFixed(0)} MB`;

const say = (name, value, label) => postMessage(`measured indexes.${name} ${value.toFixed(4)} ${label}`);

function elapsed(work) {
  const start = performance.now();
  const result = work();
  return [result, performance.now() - start];
}

/// Milliseconds a query, once all is compiled.
function time(search, count) {
  const all = () => {
    for (let i = 0; i < count; i++) search(query(i));
  };
  all();
  return elapsed(all)[1] / count;
}

function recall(search) {
  let found = 0;
  for (let i = 0; i < QUERIES; i++) {
    const truth = new Set(nearest.subarray(i * K, (i + 1) * K));
    found += search(query(i)).filter((row) => truth.has(row)).length;
  }
  return found / (QUERIES * K);
}

async function measureHnswlib() {
  const library = await loadHnswlib();
  const index = new library.HierarchicalNSW("ip", DIMENSION, "");
  const [, buildMs] = elapsed(() => {
    index.initIndex(ROWS, NEIGHBOURS_OF_A_NODE, EF_CONSTRUCTION, 1);
    for (let i = 0; i < ROWS; i++) index.addPoint(row(i), i, false);
  });
  const search = (vector) => index.searchKnn(vector, K, undefined).neighbors;
  for (const ef of EF) {
    index.setEfSearch(ef);
    const share = recall(search);
    const ms = time(search, QUERIES);
    const label = `hnswlib-wasm, ef ${ef}, recall ${share.toFixed(4)}, ${ROWS} rows`;
    say(`hnswlib_ef_${ef}`, ms, label);
    if (share < ourRecall && ef !== EF.at(-1)) continue;
    say("best_query", ms, label);
    say("best_session", buildMs + QUERIES * ms, `${label}, with building, ${QUERIES} queries`);
    say("hnswlib_build", buildMs, `ms, then ${megabytes(library.HEAPU8)}`);
    break;
  }
}

async function measureVoy() {
  const file = await (await fetch("./node_modules/voy-search/voy_search_bg.wasm")).arrayBuffer();
  const { instance } = await WebAssembly.instantiate(file, { "./voy_search_bg.js": voy });
  voy.__wbg_set_wasm(instance.exports);
  const resource = (_, i) => ({ id: String(i), title: "", url: "", embeddings: Array.from(row(i)) });
  const [index, buildMs] = elapsed(() => new voy.Voy({ embeddings: Array.from({ length: ROWS_OF_VOY }, resource) }));
  say("voy_build", buildMs, `ms for ${ROWS_OF_VOY} rows, then ${megabytes(instance.exports.memory.buffer)}`);
  say("voy", time((vector) => index.search(vector, K), QUERIES_OF_VOY), `voy, ${ROWS_OF_VOY} rows`);
}

for (const [name, measure] of Object.entries({ "hnswlib-wasm": measureHnswlib, voy: measureVoy })) {
  try {
    await measure();
  } catch (error) {
    postMessage(`${name} failed: ${error}`);
  }
}
postMessage(null);
