// Builds other in-browser indexes of the same vectors and times their searches for the ten nearest, on one thread.
// A line `measured NAME VALUE LABEL` each. Graphs look at more and more rows until they find as many of the truly nearest as
// our search of codes does.

import initEdgeVec, { EdgeVec, EdgeVecConfig, JsIndexType } from "./node_modules/edgevec/edgevec.js";
import { loadHnswlib } from "./node_modules/hnswlib-wasm/dist/hnswlib.js";
import * as voy from "./node_modules/voy-search/voy_search_bg.js";

const DIMENSION = 256;
const K = 10;
const NEIGHBOURS_OF_A_NODE = 16;
const LOOKED_AT_WHEN_BUILDING = 100;
const LOOKED_AT = [20, 50, 100, 200, 400, 800];
/// voy copies every vector through an object of JavaScript and cannot hold more.
const MOST_ROWS_OF_VOY = 10000;

const bytes = async (name) => (await fetch(`./vectors/${name}`)).arrayBuffer();
const queries = new Float32Array(await bytes("queries.f32"));
const QUERIES = queries.length / DIMENSION;
const query = (i) => queries.subarray(i * DIMENSION, (i + 1) * DIMENSION);

async function collection(name) {
  const vectors = new Float32Array(await bytes(`${name}.f32`));
  const text = new TextDecoder().decode(await bytes(`${name}.recall`));
  return {
    vectors,
    rows: vectors.length / DIMENSION,
    nearest: new Uint32Array(await bytes(`${name}.u32`)),
    recall: Number(text),
    row: (i) => vectors.subarray(i * DIMENSION, (i + 1) * DIMENSION),
  };
}

function say(name, value, label) {
  postMessage(`measured indexes.${name} ${value} ${label}`);
}

async function elapsed(work) {
  const start = performance.now();
  const result = await work();
  return [result, performance.now() - start];
}

/// The share of the truly nearest that `search` finds, and milliseconds a query; the second time round, when all is compiled.
function measure({ nearest }, search) {
  let found = 0;
  for (let i = 0; i < QUERIES; i++) {
    const truth = new Set(nearest.subarray(i * K, (i + 1) * K));
    for (const row of search(query(i))) found += truth.has(row) ? 1 : 0;
  }
  const start = performance.now();
  for (let i = 0; i < QUERIES; i++) search(query(i));
  return { recall: found / (QUERIES * K), ms: (performance.now() - start) / QUERIES };
}

function report(name, { rows }, { recall, ms }, buildMs, megabytes, setting) {
  const facts = `${name} ${setting}, ${rows} rows, recall ${recall.toFixed(4)}`;
  say(`${name}_${rows}`, ms.toFixed(4), `${facts}, built in ${(buildMs / 1000).toFixed(1)} s, ${megabytes.toFixed(0)} MB`);
  return { name, rows, recall, ms, facts };
}

/// The first setting that reaches our recall, or else the last.
function tuned(set, search) {
  let result;
  for (const looked of LOOKED_AT) {
    result = { looked, ...measure(set, search(looked)) };
    if (result.recall >= set.recall) break;
  }
  return result;
}

async function hnswlib(set) {
  const library = await loadHnswlib();
  const index = new library.HierarchicalNSW("ip", DIMENSION, "");
  index.initIndex(set.rows, NEIGHBOURS_OF_A_NODE, LOOKED_AT_WHEN_BUILDING, 1);
  const [, buildMs] = await elapsed(() => {
    for (let i = 0; i < set.rows; i++) index.addPoint(set.row(i), i, false);
  });
  const best = tuned(set, (looked) => {
    index.setEfSearch(looked);
    return (vector) => index.searchKnn(vector, K, undefined).neighbors;
  });
  return report("hnswlib-wasm", set, best, buildMs, library.HEAPU8.length / 1e6, `ef ${best.looked}`);
}

async function edgevec(set, flat) {
  const { memory } = await initEdgeVec();
  const build = (rows) => {
    const config = new EdgeVecConfig(DIMENSION);
    config.metric = "dot";
    config.indexType = flat ? JsIndexType.Flat : JsIndexType.Hnsw;
    config.m = NEIGHBOURS_OF_A_NODE;
    config.ef_construction = LOOKED_AT_WHEN_BUILDING;
    config.ef_search = LOOKED_AT.at(-1);
    const index = new EdgeVec(config);
    const ids = new Map();
    for (let i = 0; i < rows; i++) ids.set(index.insert(set.row(i)), i);
    return (vector) => index.search(vector, K).map(({ id }) => ids.get(id));
  };
  const [search, buildMs] = await elapsed(() => build(set.rows));
  const setting = flat ? "flat" : `ef ${LOOKED_AT.at(-1)}`;
  return report(flat ? "edgevec-flat" : "edgevec", set, measure(set, search), buildMs, memory.buffer.byteLength / 1e6, setting);
}

async function voySearch(set) {
  const rows = Math.min(set.rows, MOST_ROWS_OF_VOY);
  const file = await (await fetch("./node_modules/voy-search/voy_search_bg.wasm")).arrayBuffer();
  const { instance } = await WebAssembly.instantiate(file, { "./voy_search_bg.js": voy });
  voy.__wbg_set_wasm(instance.exports);
  const entry = (_, i) => ({ id: String(i), title: "", url: "", embeddings: [...set.row(i)] });
  const [index, buildMs] = await elapsed(() => new voy.Voy({ embeddings: Array.from({ length: rows }, entry) }));
  const search = (vector) => index.search(vector, K).neighbors.map(({ id }) => Number(id));
  const megabytes = instance.exports.memory.buffer.byteLength / 1e6;
  return report("voy", { rows }, measure(set, search), buildMs, megabytes, "recall among all rows");
}

async function attempt(name, work) {
  try {
    return await work();
  } catch (error) {
    postMessage(`failed ${name}: ${error}`);
    return undefined;
  }
}

const some = await collection("some");
const results = [
  await attempt("voy", () => voySearch(some)),
  await attempt("hnswlib-wasm", () => hnswlib(some)),
  await attempt("edgevec", () => edgevec(some, false)),
  await attempt("edgevec", () => edgevec(some, true)),
];
const equal = results.filter((result) => result && result.rows === some.rows && result.recall >= some.recall);
const [best] = equal.sort((a, b) => a.ms - b.ms);
if (best) say("best", best.ms.toFixed(4), `${best.facts}, ours ${some.recall.toFixed(4)}`);
postMessage(null);
