use super::super::grid::place;
use super::super::labels::{Area, Wish, granted, levels};
use super::Sheet;
use crate::map::camera::Place;
use crate::protocol::Region;

/// Sizes of names in CSS pixels, coarsest first.
const SIZES: [f64; 3] = [15.0, 13.0, 12.0];

/// How much smaller the second line of a name is, in CSS pixels.
const SMALLER: f64 = 2.5;

impl Sheet<'_> {
    /// Names as many regions as there is room for beside what is `taken`.
    pub(super) fn names(&self, regions: &[Region], taken: &[Area]) -> Vec<String> {
        let shown = levels(self.camera.magnification());
        let (context, screen) = (self.context, self.camera.size);
        context.set_text_align("center");
        context.set_text_baseline("middle");
        context.set_line_join("round");
        let wishes = regions.iter().filter(|region| shown.contains(&region.level)).filter_map(|region| {
            let at = self.camera.to_screen(place([region.x, region.y]));
            let near = at.0 > 0.0 && at.0 < screen.0 && at.1 > 0.0 && at.1 < screen.1;
            let area = || Area { at, size: self.size(&region.name, size(region.level - shown.start())) };
            near.then(|| Wish { name: &region.name, area: area(), level: region.level, tracks: region.tracks })
        });
        let wishes: Vec<Wish> = wishes.collect();
        let mut names = Vec::new();
        for (wish, at) in wishes.iter().zip(granted(&wishes, taken, screen)) {
            if let Some(at) = at {
                self.name(wish.name, at, wish.level - shown.start());
                names.push(wish.name.to_owned());
            }
        }
        names
    }

    fn name(&self, name: &str, at: Place, coarse: u8) {
        let height = size(coarse);
        let (name, rest) = lines(name);
        let up = if rest.is_empty() { 0.0 } else { height * 0.62 };
        let ink = if coarse == 0 { &self.tokens.ink } else { &self.tokens.quiet };
        self.context.set_font(&self.font(height));
        self.text(name, (at.0, at.1 - up), ink);
        self.context.set_font(&self.font(height - SMALLER));
        self.text(rest, (at.0, at.1 + up), &self.tokens.quiet);
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

    fn size(&self, name: &str, height: f64) -> Place {
        let (name, rest) = lines(name);
        let width = self.width(name, height).max(self.width(rest, height - SMALLER));
        (width, height * 1.3 * if rest.is_empty() { 1.0 } else { 2.0 })
    }

    fn width(&self, text: &str, height: f64) -> f64 {
        self.context.set_font(&self.font(height));
        self.context.measure_text(text).map_or(0.0, |measured| measured.width())
    }

    fn font(&self, height: f64) -> String {
        let weight = if height >= SIZES[0] { 600 } else { 500 };
        format!("{weight} {height}px {}", self.tokens.font)
    }
}

/// A name in two lines, what tells most of the region above.
fn lines(name: &str) -> (&str, &str) {
    name.split_once(" · ").unwrap_or((name, ""))
}

fn size(coarse: u8) -> f64 {
    SIZES[usize::from(coarse).min(SIZES.len() - 1)]
}
