//! The colours of the style sheet, as numbers.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, CssStyleDeclaration, HtmlCanvasElement};

use super::palette::{Inks, Rgb};

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
        let style = window().get_computed_style(element).ok().flatten();
        let words = |name: &str| word(style.as_ref(), name);
        let paint = Paint::new();
        let colour = |name: &str| paint.rgb(&words(name));
        let named = std::array::from_fn(|i| colour(&format!("--map-{}", i + 1)));
        let ground = colour("--map-ground");
        let dark = ground.iter().map(|part| u32::from(*part)).sum::<u32>() < 3 * 128;
        Self {
            inks: Inks { named, other: colour("--map-other"), dark },
            ground,
            paper: words("--map-ground"),
            ink: words("--ink"),
            quiet: words("--ink-2"),
            accent: words("--accent"),
            font: words("--font"),
        }
    }
}

fn word(style: Option<&CssStyleDeclaration>, name: &str) -> String {
    style.and_then(|style| style.get_property_value(name).ok()).unwrap_or_default().trim().to_owned()
}

/// Turns colours that a style sheet may hold into numbers, by painting with them.
struct Paint(Option<CanvasRenderingContext2d>);

impl Paint {
    fn new() -> Self {
        let canvas =
            document().create_element("canvas").ok().and_then(|canvas| canvas.dyn_into::<HtmlCanvasElement>().ok());
        let context = canvas.and_then(|canvas| {
            canvas.set_width(1);
            canvas.set_height(1);
            canvas.get_context("2d").ok().flatten()
        });
        Self(context.and_then(|context| context.dyn_into().ok()))
    }

    fn rgb(&self, colour: &str) -> Rgb {
        let pixel = self.0.as_ref().and_then(|context| {
            context.set_fill_style_str(colour);
            context.fill_rect(0.0, 0.0, 1.0, 1.0);
            context.get_image_data(0.0, 0.0, 1.0, 1.0).ok()
        });
        match pixel.map(|pixel| pixel.data().0) {
            Some(data) if data.len() >= 3 => [data[0], data[1], data[2]],
            _ => [128; 3],
        }
    }
}
