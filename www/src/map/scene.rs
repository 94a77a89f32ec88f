//! What the map shows now, and the canvases that it is drawn on.

use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::camera::{Camera, Place};
use super::flat::flat;
use super::flight::Flight;
use super::gl::Painter;
use super::inks::Tokens;
use super::labels::Area;
use super::marks::{Marks, Sheet};
use super::points::Points;
use crate::protocol::Colouring;

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
    /// When the first of the tracks came that have not been drawn.
    pub came_ms: Option<f64>,
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

/// What else there is on the screen.
pub struct Beside {
    /// Where names cannot be read.
    pub covered: Vec<Area>,
    /// The room for the whole map.
    pub room: Area,
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
        }
    }

    /// Moves the camera, and draws the tracks and what is over them. None while nothing can be drawn.
    pub fn draw(
        &mut self,
        now_ms: f64,
        (ratio, colouring): (f64, Colouring),
        marks: &Marks,
        beside: &Beside,
    ) -> Option<Drawn> {
        let canvases = self.canvases.as_mut()?;
        let size = (f64::from(canvases.points.client_width()), f64::from(canvases.points.client_height()));
        if size.0 < 1.0 || size.1 < 1.0 {
            return None;
        }
        fit(&canvases.points, size, ratio);
        fit(&canvases.marks, size, ratio);
        if self.camera.is_none() && self.points.bounds().is_none() {
            return None;
        }
        let camera = self.camera.get_or_insert_with(|| whole(&self.points, size, &beside.room));
        if camera.size != size {
            camera.resize(size);
            self.flight = None;
        }
        if let Some((flight, start_ms)) = self.flight {
            *camera = flight.at(now_ms - start_ms);
            self.flight = self.flight.filter(|(flight, start_ms)| now_ms - start_ms < flight.duration_ms);
        }
        let camera = *camera;
        let tokens = self.tokens.get_or_insert_with(|| Tokens::read(&canvases.points));
        let palette = tokens.inks.palette(colouring);
        let context = &canvases.context;
        // Without the transformation everything is drawn smaller.
        let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, size.0, size.1);
        match canvases.painter.as_mut().filter(|painter| !painter.is_lost()) {
            Some(painter) => {
                painter.take(&mut self.points);
                painter.colour(palette);
                let ranges = self.points.ranges(&camera.bounds(12.0));
                painter.draw(&camera, (ratio, self.points.boost()), tokens.ground, ranges);
            }
            None => flat(context, &camera, &self.points, &palette),
        }
        let names = Sheet { context, camera, tokens, covered: &beside.covered }.draw(marks);
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

/// All tracks that have come, in some room on a screen of this size.
pub fn whole(points: &Points, size: Place, room: &Area) -> Camera {
    let camera = Camera::whole(size);
    points.bounds().map_or(camera, |bounds| camera.onto(&bounds, room, 1e3))
}
