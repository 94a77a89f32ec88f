// Draws the same points as the page's map with other libraries, and times their frames while the view moves.
// The address says which library, the points' file, and the size of the canvas in CSS pixels.

import createPubSub from "./node_modules/pub-sub-es/dist/index.js";
import { frames } from "./frames.mjs";

const COLOURS = ["#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#0072b2"];
/// Diameter of a point in pixels, and its opacity: the page's are at least as large.
const SIZE = 2;
const OPACITY = 0.3;

const query = new URLSearchParams(location.search);
const [width, height] = [Number(query.get("width")), Number(query.get("height"))];
const stage = document.querySelector("#stage");
stage.style.width = `${width}px`;
stage.style.height = `${height}px`;

const units = new Uint16Array(await (await fetch(`./${query.get("points")}`)).arrayBuffer());
const count = units.length / 3;
const place = (i) => [units[3 * i] / 65535, units[3 * i + 1] / 65535];
const category = (i) => units[3 * i + 2] % COLOURS.length;

/// A view of the map: its middle, and pixels a side of the map.
async function reglScatterplot() {
  globalThis.createPubSub = { default: createPubSub };
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "./node_modules/regl-scatterplot/dist/regl-scatterplot.js";
    [script.onload, script.onerror] = [resolve, reject];
    document.head.append(script);
  });
  const canvas = document.createElement("canvas");
  stage.append(canvas);
  const plot = globalThis.createScatterplot.default({
    canvas,
    width,
    height,
    pointSize: SIZE,
    opacity: OPACITY,
    colorBy: "category",
    pointColor: COLOURS,
    backgroundColor: "#100e17",
    aspectRatio: 1,
    performanceMode: query.has("plain"),
  });
  const [x, y, z] = [0, 1, 2].map(() => new Float32Array(count));
  for (let i = 0; i < count; i++) {
    const [right, up] = place(i);
    [x[i], y[i], z[i]] = [2 * right - 1, 2 * up - 1, category(i)];
  }
  await plot.draw({ x, y, category: z });
  let drawn = 0;
  plot.subscribe("draw", () => drawn++);
  // Its own units: the map is 2 wide, and at distance 1 the shorter side of the canvas shows all of it.
  const view = (middle, scale) =>
    plot.set({
      cameraTarget: [2 * middle[0] - 1, 2 * middle[1] - 1],
      cameraDistance: Math.min(width, height) / scale,
    });
  return { view, drawn: () => drawn, version: "regl-scatterplot 1.16.0" };
}

async function deckGl() {
  const { Deck, OrthographicView, ScatterplotLayer, VERSION } = globalThis.deck;
  const positions = new Float32Array(2 * count);
  const colours = new Uint8Array(4 * count);
  for (let i = 0; i < count; i++) {
    positions.set(place(i), 2 * i);
    const colour = COLOURS[category(i)];
    colours.set([1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)), 4 * i);
    colours[4 * i + 3] = 255 * OPACITY;
  }
  let drawn = 0;
  const state = (middle, scale) => ({ target: [...middle, 0], zoom: Math.log2(scale) });
  const attributes = { getPosition: { value: positions, size: 2 }, getFillColor: { value: colours, size: 4 } };
  const layer = new ScatterplotLayer({
    id: "points",
    data: { length: count, attributes },
    getRadius: SIZE / 2,
    radiusUnits: "pixels",
    stroked: false,
    antialiasing: false,
    pickable: false,
    parameters: { depthTest: false },
  });
  const deck = new Deck({
    parent: stage,
    width,
    height,
    useDevicePixels: false,
    views: new OrthographicView({ flipY: false }),
    viewState: state([0.5, 0.5], Math.min(width, height)),
    controller: false,
    layers: [layer],
    onAfterRender: () => drawn++,
  });
  while (drawn === 0) await new Promise(requestAnimationFrame);
  const view = (middle, scale) => deck.setProps({ viewState: state(middle, scale) });
  return { view, drawn: () => drawn, version: `deck.gl ${VERSION ?? "9.4.0"}` };
}

const data = document.documentElement.dataset;
try {
  const peer = await { "regl-scatterplot": reglScatterplot, "deck.gl": deckGl }[query.get("peer")]();
  const ms = await frames(peer.view, peer.drawn, Math.min(width, height));
  data.measured = JSON.stringify({ ms, version: peer.version, tracks: count });
} catch (error) {
  data.measured = JSON.stringify({ failure: String(error) });
}
