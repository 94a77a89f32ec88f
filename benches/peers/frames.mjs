// Moves a view over a map and back, closer and farther, and tells how long a frame takes. The page's own map is measured by this, too.

const WARM_UP = 5;
const FRAMES = 60;
/// The slowest are not waited for.
const MOST_MS = 15000;
/// How many times as large as the whole map it becomes half-way.
const CLOSEST = 6;

/// The view at a moment from 0 to 1: its middle on the map, and pixels a side of the map, which are `whole` when it is seen whole.
export function viewAt(share, whole) {
  const closer = CLOSEST ** ((1 - Math.cos(2 * Math.PI * share)) / 2);
  const angle = 4 * Math.PI * share;
  return [[0.5 + 0.12 * Math.sin(angle), 0.5 + 0.12 * Math.cos(angle)], 0.94 * whole * closer];
}

/// Milliseconds a frame that is drawn: `view(middle, scale)` asks for one, `drawn()` counts them. The frames' rate is not held back.
export async function frames(view, drawn, whole) {
  let [start, before] = [0, 0];
  const began = performance.now();
  for (let frame = -WARM_UP; frame < FRAMES; frame++) {
    const late = performance.now() - began > MOST_MS;
    if (frame === 0 || (late && frame < 0)) [start, before] = [performance.now(), drawn()];
    if (late && frame > 0 && drawn() > before) break;
    if (late && frame < 0) frame = 0;
    view(...viewAt(Math.max(frame, 0) / FRAMES, whole));
    await new Promise(requestAnimationFrame);
  }
  // The last frames are still on their way to the screen.
  const count = drawn() - before;
  return (performance.now() - start) / count;
}
