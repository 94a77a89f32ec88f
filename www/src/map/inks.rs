//! The colours of the style sheet, as numbers.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::palette::{Inks, Rgb};
use crate::protocol::MOST_NAMED;

/// The colours that the map is drawn with.
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens {
    /// Those of tracks.
    pub inks: Inks,
    /// The ground.
    pub ground: Rgb,
    /// The ground, as the style sheet writes it.
    pub paper: String,
    /// Text and lines.
    pub ink: String,
    /// Quiet text.
    pub quiet: String,
    /// What is meant.
    pub accent: String,
    /// The typeface.
    pub font: String,
}

impl Tokens {
    /// The tokens as they hold at `element`.
    pub fn read(element: &HtmlCanvasElement) -> Self {
        let words = |name: &str| resolved(element, name);
        let names = (1..=MOST_NAMED).map(|i| format!("--map-{i}"));
        let names = names.chain(["--map-other".to_owned(), "--map-ground".to_owned()]);
        let colours = numbers(&names.map(|name| words(&name)).collect::<Vec<_>>());
        let colour = |place: usize| colours.get(place).copied().unwrap_or([128; 3]);
        let ground = colour(MOST_NAMED + 1);
        let dark = ground.iter().map(|part| u32::from(*part)).sum::<u32>() < 3 * 128;
        Self {
            inks: Inks { named: std::array::from_fn(colour), other: colour(MOST_NAMED), dark },
            ground,
            paper: words("--map-ground"),
            ink: words("--ink"),
            quiet: words("--ink-2"),
            accent: words("--map-accent"),
            font: value(element, "--font"),
        }
    }
}

/// A colour in a way that holds outside of the style sheet too, where the colours of the system have no names.
fn resolved(element: &HtmlCanvasElement, name: &str) -> String {
    let style = element.style();
    // Where it cannot be set, the colour is that of the text.
    let _ = style.set_property("color", &format!("var({name})"));
    let colour = value(element, "color");
    let _ = style.remove_property("color");
    colour
}

fn value(element: &HtmlCanvasElement, name: &str) -> String {
    let style = window().get_computed_style(element).ok().flatten();
    style.and_then(|style| style.get_property_value(name).ok()).unwrap_or_default().trim().to_owned()
}

/// Turns colours as a style sheet writes them into numbers, by painting with them.
fn numbers(colours: &[String]) -> Vec<Rgb> {
    let painted = || -> Option<Vec<Rgb>> {
        let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
        canvas.set_width(colours.len() as u32);
        canvas.set_height(1);
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        for (place, colour) in colours.iter().enumerate() {
            context.set_fill_style_str(colour);
            context.fill_rect(place as f64, 0.0, 1.0, 1.0);
        }
        let pixels = context.get_image_data(0.0, 0.0, colours.len() as f64, 1.0).ok()?.data();
        Some(pixels.as_chunks().0.iter().map(|[red, green, blue, _]| [*red, *green, *blue]).collect())
    };
    painted().unwrap_or_default()
}
