use super::super::labels::Area;
use super::super::ranks::spread;
use super::{Query, Sheet};
use crate::map::camera::Place;

/// Reach of a rank's disc, in CSS pixels.
const RANK: f64 = 9.0;

/// Reach of the sound's own dot with the ring around it, in CSS pixels.
const SOUND: f64 = 8.0;

/// A rank lies beside its track, and is tied to it, when it is at least so far from it, in CSS pixels.
const BESIDE: f64 = 4.0;

/// The sound among its neighbours on the screen.
pub(super) struct Laid {
    at: Place,
    /// Rank, where the neighbour lies, and where its rank goes.
    neighbours: Vec<(usize, Place, Place)>,
}

impl Laid {
    /// What it covers.
    pub(super) fn areas(&self) -> Vec<Area> {
        let around = |at: Place, reach: f64| Area { at, size: (2.0 * reach, 2.0 * reach) };
        let ranks = self.neighbours.iter().map(|(_, _, rank)| around(*rank, RANK));
        ranks.chain([around(self.at, SOUND)]).collect()
    }
}

impl Sheet<'_> {
    /// Finds room for all ranks.
    pub(super) fn lay_out(&self, query: &Query) -> Laid {
        let at = self.camera.to_screen(query.at);
        let places: Vec<Place> = query.neighbours.iter().map(|(_, place)| self.camera.to_screen(*place)).collect();
        let ranks = spread(&places, 2.0 * RANK + 1.0, at, RANK + SOUND);
        let named = query.neighbours.iter().zip(places).zip(ranks);
        Laid { at, neighbours: named.map(|(((rank, _), place), disc)| (*rank, place, disc)).collect() }
    }

    /// Draws the sound, and ties it to its neighbours.
    pub(super) fn query(&self, Laid { at, neighbours }: &Laid) {
        let (context, accent) = (self.context, &self.tokens.accent);
        context.set_stroke_style_str(accent);
        context.set_line_width(1.5);
        context.set_global_alpha(0.55);
        neighbours.iter().for_each(|(_, place, _)| self.tie(*at, *place));
        for (reach, alpha) in [(26.0, 0.10), (18.0, 0.16), (11.0, 0.28)] {
            context.set_global_alpha(alpha);
            self.dot(*at, reach, accent);
        }
        context.set_global_alpha(1.0);
        for (_, place, disc) in neighbours {
            if (place.0 - disc.0).hypot(place.1 - disc.1) >= BESIDE {
                self.tie(*place, *disc);
                self.dot(*place, 4.0, &self.tokens.paper);
                self.dot(*place, 2.5, accent);
            }
        }
        neighbours.iter().rev().for_each(|(rank, _, disc)| self.rank(*rank, *disc));
        self.dot(*at, 6.5, &self.tokens.paper);
        self.dot(*at, 5.0, accent);
    }

    fn tie(&self, from: Place, to: Place) {
        self.context.begin_path();
        self.context.move_to(from.0, from.1);
        self.context.line_to(to.0, to.1);
        self.context.stroke();
    }

    fn rank(&self, rank: usize, at: Place) {
        self.dot(at, RANK, &self.tokens.paper);
        self.dot(at, RANK - 1.5, &self.tokens.accent);
        let context = self.context;
        context.set_text_align("center");
        context.set_text_baseline("middle");
        context.set_font(&format!("600 10.5px {}", self.tokens.font));
        context.set_fill_style_str(&self.tokens.paper);
        // A browser that cannot write shows the dot alone.
        let _ = context.fill_text(&rank.to_string(), at.0, at.1 + 0.5);
    }
}
