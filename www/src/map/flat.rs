//! Drawing tracks without WebGL.

use web_sys::CanvasRenderingContext2d;

use super::camera::Camera;
use super::palette::Palette;
use super::points::Points;

/// Most tracks that are drawn.
const MOST: usize = 12_000;

/// Draws a fair sample of the tracks that are seen: what came first is one.
pub fn flat(context: &CanvasRenderingContext2d, camera: &Camera, points: &Points, palette: &Palette) {
    let bounds = camera.bounds(4.0);
    let seen: usize = points.seen(&bounds).map(<[u32]>::len).sum();
    let all = points.places.len();
    let most = if seen <= MOST { all } else { (all as u64 * MOST as u64 / seen as u64) as usize };
    let side = (camera.scale / (seen.max(1) as f64).sqrt() / 8.0).clamp(1.5, 5.0) * points.boost();
    let mut shown: Vec<(u8, u8, u32)> = Vec::with_capacity(seen.min(MOST));
    for numbers in points.seen(&bounds) {
        let sample = numbers.iter().filter(|number| (**number as usize) < most);
        shown.extend(sample.map(|&number| match (points.admitted[number as usize], points.colours[number as usize]) {
            (0, _) => (0, 0, number),
            (_, colour) => (1, colour, number),
        }));
    }
    shown.sort_unstable();
    let mut last = None;
    for (admitted, colour, number) in shown {
        if last != Some((admitted, colour)) {
            last = Some((admitted, colour));
            let [red, green, blue] = palette[usize::from(colour)];
            context.set_global_alpha(if admitted == 0 { 0.25 } else { 0.8 });
            context.set_fill_style_str(&format!("rgb({red} {green} {blue})"));
        }
        if let Some(place) = points.at(number) {
            let (x, y) = camera.to_screen(place);
            context.fill_rect(x - side / 2.0, y - side / 2.0, side, side);
        }
    }
    context.set_global_alpha(1.0);
}
