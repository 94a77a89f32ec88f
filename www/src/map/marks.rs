//! What is drawn over the tracks: names of regions, the sound among its neighbours, what is pointed at, and lines.

mod names;
mod query;

use std::f64::consts::TAU;

use web_sys::CanvasRenderingContext2d;

use super::camera::{Camera, Place};
use super::inks::Tokens;
use super::labels::Area;
use crate::protocol::Region;

/// The sound that was answered, among its neighbours.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Where it lies.
    pub at: Place,
    /// Where its neighbours lie, nearest first, with their ranks.
    pub neighbours: Vec<(usize, Place)>,
}

/// What lies over the tracks. All places are on the map.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks {
    /// Named regions.
    pub regions: Vec<Region>,
    /// The sound among its neighbours.
    pub query: Option<Query>,
    /// What is pointed at.
    pub current: Option<Place>,
    /// What is heard.
    pub heard: Option<Place>,
    /// What a search found.
    pub highlights: Vec<Place>,
    /// A line that is being drawn, or was.
    pub line: Vec<Place>,
    /// Whether the line encloses something.
    pub closed: bool,
    /// Tracks that were walked along.
    pub stops: Vec<Place>,
}

/// A sheet over the tracks.
pub struct Sheet<'a> {
    /// Where to draw, in CSS pixels.
    pub context: &'a CanvasRenderingContext2d,
    /// What is seen.
    pub camera: Camera,
    /// The colours.
    pub tokens: &'a Tokens,
    /// Where nothing can be read, because something lies above.
    pub covered: &'a [Area],
}

impl Sheet<'_> {
    /// Draws what lies over the tracks, and gives the names of regions that there was room for.
    pub fn draw(&self, marks: &Marks) -> Vec<String> {
        self.line(&marks.line, marks.closed, &marks.stops);
        let mut taken = self.covered.to_vec();
        let query = marks.query.as_ref().map(|query| self.lay_out(query));
        taken.extend(query.iter().flat_map(query::Laid::areas));
        let names = self.names(&marks.regions, &taken);
        marks.highlights.iter().for_each(|at| self.ring(*at, 6.0));
        query.iter().for_each(|query| self.query(query));
        marks.heard.iter().for_each(|at| self.ring(*at, 15.0));
        marks.current.iter().for_each(|at| self.ring(*at, 10.0));
        names
    }

    /// A ring around what is pointed at.
    fn ring(&self, at: Place, reach: f64) {
        let at = self.camera.to_screen(at);
        for (width, colour) in [(5.0, &self.tokens.paper), (2.0, &self.tokens.ink)] {
            self.context.set_stroke_style_str(colour);
            self.context.set_line_width(width);
            self.context.begin_path();
            // A circle whose reach is positive can be drawn.
            let _ = self.context.arc(at.0, at.1, reach, 0.0, TAU);
            self.context.stroke();
        }
    }

    /// A line over the map; closed and filled, or open with its stops on it.
    fn line(&self, line: &[Place], closed: bool, stops: &[Place]) {
        if line.is_empty() {
            return;
        }
        let context = self.context;
        context.begin_path();
        for (i, at) in line.iter().enumerate() {
            let (x, y) = self.camera.to_screen(*at);
            if i == 0 { context.move_to(x, y) } else { context.line_to(x, y) }
        }
        context.set_stroke_style_str(&self.tokens.accent);
        context.set_line_width(2.0);
        if closed {
            context.close_path();
            context.set_global_alpha(0.12);
            context.set_fill_style_str(&self.tokens.accent);
            context.fill();
            context.set_global_alpha(1.0);
        }
        context.stroke();
        for stop in stops {
            let at = self.camera.to_screen(*stop);
            self.dot(at, 5.5, &self.tokens.paper);
            self.dot(at, 4.0, &self.tokens.accent);
        }
    }

    fn dot(&self, at: Place, reach: f64, colour: &str) {
        self.context.set_fill_style_str(colour);
        self.context.begin_path();
        // A circle whose reach is positive can be drawn.
        let _ = self.context.arc(at.0, at.1, reach, 0.0, TAU);
        self.context.fill();
    }
}
