//! What is drawn over the tracks: names of regions, the sound among its neighbours, what is pointed at, and lines.

use std::f64::consts::TAU;

use web_sys::CanvasRenderingContext2d;

use super::camera::{Camera, Place};
use super::grid::place;
use super::inks::Tokens;
use super::labels::{Wish, granted, levels};
use crate::protocol::Region;

/// Sizes of names in CSS pixels, coarsest first.
const NAME_SIZES: [f64; 3] = [15.0, 13.0, 12.0];

/// How much smaller the second line of a name is, in CSS pixels.
const SMALLER: f64 = 2.5;

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
}

impl Sheet<'_> {
    /// Draws what lies over the tracks, and gives the names of regions that there was room for.
    pub fn draw(&self, marks: &Marks) -> Vec<String> {
        self.line(&marks.line, marks.closed, &marks.stops);
        let names = self.names(&marks.regions);
        marks.highlights.iter().for_each(|at| self.ring(*at, 6.0));
        marks.query.iter().for_each(|query| self.query(query));
        marks.heard.iter().for_each(|at| self.ring(*at, 15.0));
        marks.current.iter().for_each(|at| self.ring(*at, 10.0));
        names
    }

    /// Names as many regions as there is room for.
    fn names(&self, regions: &[Region]) -> Vec<String> {
        let shown = levels(self.camera.magnification());
        let (context, size) = (self.context, self.camera.size);
        context.set_text_align("center");
        context.set_text_baseline("middle");
        context.set_line_join("round");
        let wishes = regions.iter().filter(|region| shown.contains(&region.level)).filter_map(|region| {
            let at = self.camera.to_screen(place([region.x, region.y]));
            let near = at.0 > 0.0 && at.0 < size.0 && at.1 > 0.0 && at.1 < size.1;
            let height = name_size(region.level - shown.start());
            near.then(|| {
                let (name, rest) = lines(&region.name);
                let width = self.width(name, height).max(self.width(rest, height - SMALLER));
                let lines = if rest.is_empty() { 1.0 } else { 2.0 };
                (region, Wish { at, size: (width, height * 1.3 * lines), level: region.level, tracks: region.tracks })
            })
        });
        let (regions, wishes): (Vec<&Region>, Vec<Wish>) = wishes.unzip();
        let granted = granted(&wishes, size);
        let shown_ones = regions.iter().zip(&wishes).zip(granted).filter(|(_, granted)| *granted);
        let mut names = Vec::new();
        for ((region, wish), _) in shown_ones {
            let coarse = region.level - shown.start();
            let height = name_size(coarse);
            let (name, rest) = lines(&region.name);
            let up = if rest.is_empty() { 0.0 } else { height * 0.62 };
            context.set_font(&self.font(height));
            let ink = if coarse == 0 { &self.tokens.ink } else { &self.tokens.quiet };
            self.text(name, (wish.at.0, wish.at.1 - up), ink);
            context.set_font(&self.font(height - SMALLER));
            self.text(rest, (wish.at.0, wish.at.1 + up), &self.tokens.quiet);
            names.push(region.name.clone());
        }
        names
    }

    /// Draws the sound, and ties it to its neighbours.
    fn query(&self, query: &Query) {
        let (context, accent) = (self.context, &self.tokens.accent);
        let at = self.camera.to_screen(query.at);
        context.set_stroke_style_str(accent);
        context.set_line_width(1.5);
        context.set_global_alpha(0.55);
        for (_, neighbour) in &query.neighbours {
            let to = self.camera.to_screen(*neighbour);
            context.begin_path();
            context.move_to(at.0, at.1);
            context.line_to(to.0, to.1);
            context.stroke();
        }
        for (reach, alpha) in [(26.0, 0.10), (18.0, 0.16), (11.0, 0.28)] {
            context.set_global_alpha(alpha);
            self.dot(at, reach, accent);
        }
        context.set_global_alpha(1.0);
        for (rank, neighbour) in query.neighbours.iter().rev() {
            self.rank(*rank, self.camera.to_screen(*neighbour));
        }
        self.dot(at, 6.0, &self.tokens.paper);
        self.dot(at, 4.5, accent);
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

    fn rank(&self, rank: usize, at: Place) {
        self.dot(at, 10.0, &self.tokens.paper);
        self.dot(at, 8.5, &self.tokens.accent);
        let context = self.context;
        context.set_text_align("center");
        context.set_text_baseline("middle");
        context.set_font(&format!("600 11px {}", self.tokens.font));
        context.set_fill_style_str(&self.tokens.paper);
        // A browser that cannot write shows the dot alone.
        let _ = context.fill_text(&rank.to_string(), at.0, at.1 + 0.5);
    }

    fn dot(&self, at: Place, reach: f64, colour: &str) {
        self.context.set_fill_style_str(colour);
        self.context.begin_path();
        // A circle whose reach is positive can be drawn.
        let _ = self.context.arc(at.0, at.1, reach, 0.0, TAU);
        self.context.fill();
    }

    fn text(&self, text: &str, at: Place, colour: &str) {
        let context = self.context;
        context.set_stroke_style_str(&self.tokens.paper);
        context.set_line_width(4.0);
        context.set_global_alpha(0.85);
        // A browser that cannot write shows the map without names; the list beside has them.
        let _ = context.stroke_text(text, at.0, at.1);
        context.set_global_alpha(1.0);
        context.set_fill_style_str(colour);
        let _ = context.fill_text(text, at.0, at.1);
    }

    fn width(&self, text: &str, height: f64) -> f64 {
        self.context.set_font(&self.font(height));
        self.context.measure_text(text).map_or(0.0, |measured| measured.width())
    }

    fn font(&self, height: f64) -> String {
        let weight = if height >= NAME_SIZES[0] { 600 } else { 500 };
        format!("{weight} {height}px {}", self.tokens.font)
    }
}

/// A name in two lines, what tells most of the region above.
fn lines(name: &str) -> (&str, &str) {
    name.split_once(" · ").unwrap_or((name, ""))
}

fn name_size(coarse: u8) -> f64 {
    NAME_SIZES[usize::from(coarse).min(NAME_SIZES.len() - 1)]
}
