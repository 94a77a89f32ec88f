//! What the map shows now, and the canvases that it is drawn on.

use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::camera::{Camera, Place};
use super::flight::Flight;
use super::gl::Painter;
use super::inks::Tokens;
use super::marks::{Marks, Sheet};
use super::points::Points;
use crate::protocol::Colouring;

/// Most tracks that a canvas without WebGL shows.
const MOST_FLAT: usize = 12_000;

/// Room around the whole map, in CSS pixels.
const EDGE: f64 = 36.0;

/// What the map shows now.
#[derive(Default)]
pub struct Scene {
    /// The tracks.
    pub points: Points,
    /// What is seen of the map; none before the screen's size is known.
    pub camera: Option<Camera>,
    /// The flight on which the camera is, and when it began.
    pub flight: Option<(Flight, f64)>,
    /// The line that is being drawn, on the map.
    pub line: Vec<Place>,
    /// The colours of the style sheet; read again when none.
    pub tokens: Option<Tokens>,
    /// Whether tracks have come that are not sorted.
    pub unsorted: bool,
    /// When the first of these came.
    pub came_ms: Option<f64>,
    /// Whether tracks look otherwise than they were drawn.
    pub repaint: bool,
    /// Whether a frame has been asked for.
    pub asked: bool,
    canvases: Option<Canvases>,
}

/// The canvas for WebGL and the one above it, and who draws on the former.
struct Canvases {
    points: HtmlCanvasElement,
    marks: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    painter: Option<Painter>,
}

/// What has been drawn.
pub struct Drawn {
    /// What is seen.
    pub camera: Camera,
    /// Names of regions that there was room for.
    pub names: Vec<String>,
    /// Whether there is more to draw.
    pub moving: bool,
}

impl Scene {
    /// Draws on these canvases from now on; by WebGL if the browser has it.
    pub fn attach(&mut self, points: HtmlCanvasElement, marks: HtmlCanvasElement, context: CanvasRenderingContext2d) {
        let painter = Painter::new(&points);
        self.canvases = Some(Canvases { points, marks, context, painter });
        self.tokens = None;
        self.repaint = true;
    }

    /// Draws nowhere any more.
    pub fn detach(&mut self) {
        self.canvases = None;
        self.camera = None;
        self.flight = None;
        self.line.clear();
    }

    /// The context of WebGL has been taken away.
    pub fn lose(&mut self) {
        if let Some(canvases) = &mut self.canvases {
            canvases.painter = None;
        }
    }

    /// The context of WebGL is here again.
    pub fn restore(&mut self) {
        if let Some(canvases) = &mut self.canvases {
            canvases.painter = Painter::new(&canvases.points);
            self.repaint = true;
        }
    }

    /// Sorts what has come, moves the camera, and draws the tracks and what is over them. None while nothing can be drawn.
    pub fn draw(&mut self, now_ms: f64, ratio: f64, colouring: Colouring, marks: &Marks) -> Option<Drawn> {
        let canvases = self.canvases.as_ref()?;
        let size = (f64::from(canvases.points.client_width()), f64::from(canvases.points.client_height()));
        if size.0 < 1.0 || size.1 < 1.0 {
            return None;
        }
        fit(&canvases.points, size, ratio);
        fit(&canvases.marks, size, ratio);
        let camera = self.camera.get_or_insert_with(|| whole(&self.points, size));
        if camera.size != size {
            camera.resize(size);
            self.flight = None;
        }
        if let Some((flight, start_ms)) = self.flight {
            *camera = flight.at(now_ms - start_ms);
            self.flight = self.flight.filter(|(flight, start_ms)| now_ms - start_ms < flight.duration_ms);
        }
        let camera = *camera;
        if std::mem::take(&mut self.unsorted) {
            self.points.sort();
            self.repaint = true;
        }
        let tokens = self.tokens.get_or_insert_with(|| {
            self.repaint = true;
            Tokens::read(&canvases.points)
        });
        let context = &canvases.context;
        // Without the transformation everything is drawn smaller.
        let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, size.0, size.1);
        match canvases.painter.as_ref().filter(|painter| !painter.is_lost()) {
            Some(painter) => {
                if std::mem::take(&mut self.repaint) {
                    painter.take(&self.points.drawn());
                    painter.colour(&tokens.inks.palette(colouring));
                }
                painter.draw(
                    &camera,
                    (ratio, self.points.boost()),
                    tokens.ground,
                    self.points.grid.ranges(&camera.bounds(12.0)),
                );
            }
            None => flat(context, &camera, &self.points, tokens, colouring),
        }
        let names = Sheet { context, camera, tokens }.draw(marks);
        Some(Drawn { camera, names, moving: self.flight.is_some() })
    }

    /// What draws the tracks, in a word for scripts.
    pub fn painter(&self) -> &'static str {
        let painter = self.canvases.as_ref().and_then(|canvases| canvases.painter.as_ref());
        if painter.is_some_and(|painter| !painter.is_lost()) { "webgl2" } else { "2d" }
    }
}

fn fit(canvas: &HtmlCanvasElement, size: Place, ratio: f64) {
    let (width, height) = ((size.0 * ratio) as u32, (size.1 * ratio) as u32);
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
}

/// All tracks that have come, on a screen of this size.
pub fn whole(points: &Points, size: Place) -> Camera {
    let camera = Camera::whole(size);
    points.bounds().map_or(camera, |bounds| camera.onto(&bounds, EDGE, 1e3))
}

/// Draws a fair sample of what is seen without WebGL: what came first is one.
fn flat(context: &CanvasRenderingContext2d, camera: &Camera, points: &Points, tokens: &Tokens, colouring: Colouring) {
    let bounds = camera.bounds(4.0);
    let seen: usize = points.grid.ranges(&bounds).map(|range| range.len()).sum();
    let most = if seen <= MOST_FLAT {
        points.places.len()
    } else {
        (points.places.len() as u64 * MOST_FLAT as u64 / seen as u64) as usize
    };
    let palette = tokens.inks.palette(colouring);
    let side = (camera.scale / (seen.max(1) as f64).sqrt() / 8.0).clamp(1.5, 5.0) * points.boost();
    let mut shown: Vec<(u8, u32)> = Vec::with_capacity(MOST_FLAT);
    for range in points.grid.ranges(&bounds) {
        let sample = points.grid.order[range].iter().filter(|number| (**number as usize) < most);
        shown.extend(sample.map(|&number| {
            let i = number as usize;
            (if points.admitted[i] == 0 { 0 } else { points.colours[i] }, number)
        }));
    }
    shown.sort_unstable();
    let mut last = None;
    for (colour, number) in shown {
        if last != Some(colour) {
            last = Some(colour);
            let [red, green, blue] = palette[usize::from(colour)];
            context.set_global_alpha(if colour == 0 { 0.25 } else { 0.8 });
            context.set_fill_style_str(&format!("rgb({red} {green} {blue})"));
        }
        if let Some(place) = points.at(number) {
            let (x, y) = camera.to_screen(place);
            context.fill_rect(x - side / 2.0, y - side / 2.0, side, side);
        }
    }
    context.set_global_alpha(1.0);
}
