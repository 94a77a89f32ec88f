//! A picture as SVG: its dots as pixels, everything else as shapes and text.

use std::fmt::Write;

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::raster::{self, Rgb};

/// Length of the map's side, and where it lies, in units of the picture.
const SIDE: f32 = 960.0;
const LEFT: f32 = 40.0;
const TOP: f32 = 84.0;
/// Width of the legend beside it.
const LEGEND: f32 = 300.0;

/// Height of a label's text, and the share of it that a character is wide on average.
const TEXT: f32 = 15.0;
const CHARACTER: f32 = 0.56;
/// Longest label, in characters.
const MOST_CHARS: usize = 44;

const INK: &str = "#1b1822";
const ACCENT: &str = "#b3401d";

/// What is drawn. All places are from the map's upper left corner, 0 to 1.
#[derive(Debug, Default)]
pub struct Chart {
    pub title: String,
    pub dots: Vec<([f32; 2], Rgb)>,
    pub ties: Vec<[[f32; 2]; 2]>,
    pub marks: Vec<[f32; 2]>,
    pub labels: Vec<Label>,
    pub legend: Vec<(Rgb, String)>,
}

/// A text somewhere on the map; where there is not room for all, those of the greatest weight are drawn.
#[derive(Debug)]
pub struct Label {
    pub text: String,
    pub at: [f32; 2],
    pub weight: u32,
}

/// A box that a label takes: left, top, right, bottom.
type Room = [f32; 4];

impl Chart {
    /// The dots alone.
    ///
    /// # Errors
    /// When they cannot be encoded.
    pub fn png(&self) -> Result<Vec<u8>> {
        raster::png(&self.dots)
    }

    /// Everything, with `png` below.
    pub fn svg(&self, png: &[u8]) -> String {
        let (width, height) =
            (LEFT * 2.0 + SIDE + if self.legend.is_empty() { 0.0 } else { LEGEND }, TOP + SIDE + LEFT);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             font-family=\"system-ui, sans-serif\" fill=\"{INK}\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
             <image x=\"{LEFT}\" y=\"{TOP}\" width=\"{SIDE}\" height=\"{SIDE}\" href=\"data:image/png;base64,{}\"/>\n\
             <text x=\"{LEFT}\" y=\"52\" font-size=\"26\" font-weight=\"600\">{}</text>\n",
            STANDARD.encode(png),
            escaped(&self.title)
        );
        self.draw(&mut svg).expect("a text takes all that is written");
        svg.push_str("</svg>\n");
        svg
    }

    fn draw(&self, svg: &mut String) -> std::fmt::Result {
        for [from, to] in self.ties.iter().map(|tie| tie.map(place)) {
            let ([x1, y1], [x2, y2]) = (from, to);
            let ends = format!("x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"");
            writeln!(svg, "<line {ends} stroke=\"{ACCENT}\" stroke-width=\"1.5\" stroke-opacity=\"0.6\"/>")?;
        }
        for [x, y] in self.marks.iter().copied().map(place) {
            let look = format!("fill=\"{ACCENT}\" stroke=\"#ffffff\" stroke-width=\"2\"");
            writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"6\" {look}/>")?;
        }
        for ([x, y], text) in self.granted() {
            let look = "stroke=\"#ffffff\" stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\"";
            writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{TEXT}\" font-weight=\"600\" text-anchor=\"middle\" {look}>{}</text>",
                escaped(&text)
            )?;
        }
        for (row, ([red, green, blue], text)) in self.legend.iter().enumerate() {
            let (x, y) = (LEFT * 2.0 + SIDE, TOP + 16.0 + 30.0 * row as f32);
            writeln!(svg, "<circle cx=\"{x}\" cy=\"{y}\" r=\"8\" fill=\"#{red:02x}{green:02x}{blue:02x}\"/>")?;
            writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" font-size=\"16\">{}</text>",
                x + 18.0,
                y + 5.5,
                escaped(&short(text))
            )?;
        }
        Ok(())
    }

    /// Where labels are drawn: above their place, and none over another.
    fn granted(&self) -> Vec<([f32; 2], String)> {
        let mut labels: Vec<&Label> = self.labels.iter().collect();
        labels.sort_by_key(|label| std::cmp::Reverse(label.weight));
        let (mut rooms, mut granted): (Vec<Room>, Vec<_>) = (Vec::new(), Vec::new());
        for label in labels {
            let text = short(&label.text);
            let half = text.chars().count() as f32 * TEXT * CHARACTER / 2.0;
            let [x, y] = place(label.at);
            let (x, y) = (x.clamp(LEFT + half, (LEFT + SIDE - half).max(LEFT + half)), y - 11.0);
            let room = [x - half, y - TEXT, x + half, y + 4.0];
            if rooms
                .iter()
                .all(|other| room[0] > other[2] || room[2] < other[0] || room[1] > other[3] || room[3] < other[1])
            {
                rooms.push(room);
                granted.push(([x, y], text));
            }
        }
        granted
    }
}

fn place(at: [f32; 2]) -> [f32; 2] {
    [LEFT + at[0] * SIDE, TOP + at[1] * SIDE]
}

fn short(text: &str) -> String {
    if text.chars().count() <= MOST_CHARS {
        return text.to_owned();
    }
    text.chars().take(MOST_CHARS - 1).chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(text: &str, at: [f32; 2], weight: u32) -> Label {
        Label { text: text.to_owned(), at, weight }
    }

    #[test]
    fn the_heavier_of_two_labels_in_one_place_is_drawn() {
        let labels = vec![label("light", [0.5; 2], 1), label("heavy", [0.501, 0.5], 9), label("far", [0.5, 0.1], 1)];
        let chart = Chart { labels, ..Chart::default() };
        let texts: Vec<String> = chart.granted().into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["heavy", "far"]);
    }

    #[test]
    fn texts_of_strangers_stay_texts() {
        let labels = vec![label("</text><script>alert(1)</script>", [0.5; 2], 1)];
        let chart = Chart { title: "a & <b>".to_owned(), labels, ..Chart::default() };
        let svg = chart.svg(&[]);
        assert!(svg.contains("a &amp; &lt;b&gt;") && !svg.contains("<script"), "{svg}");
    }
}
