//! Figures as a picture: a row a system, a panel a figure, each value with its interval on a scale from 0 to 1; blue what
//! the card is of, orange what it is compared with.

use std::ops::Range;

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::card::Figure;
use super::table::distinct;
use crate::svg::{Area, BLUE, Drawn, ORANGE, svg};

const LABELS_PX: i32 = 190;
const PANEL_PX: i32 = 150;
const GAP_PX: i32 = 24;
const ROW_PX: i32 = 24;
const HEAD_PX: i32 = 44;
const FOOT_PX: i32 = 26;
const FONT: &str = "sans-serif";
const TEXT: RGBColor = RGBColor(0x33, 0x33, 0x33);
const RULE: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);

/// The figures whose name starts with `group`, as SVG; none where there are none.
///
/// # Errors
/// When it cannot be drawn.
pub fn plot(figures: &[Figure], group: &str) -> Result<Option<String>> {
    let chosen: Vec<Figure> = figures.iter().filter(|figure| figure.name.starts_with(group)).cloned().collect();
    let (systems, names) = (distinct(&chosen, |f| &f.system), distinct(&chosen, |f| &f.name));
    if chosen.is_empty() {
        return Ok(None);
    }
    let width = LABELS_PX + names.len() as i32 * (PANEL_PX + GAP_PX);
    let bottom = HEAD_PX + systems.len() as i32 * ROW_PX;
    svg((width as u32, (bottom + FOOT_PX) as u32), |area| draw(area, &chosen, &systems, &names, HEAD_PX..bottom))
        .map(Some)
}

fn draw(area: &Area<'_>, figures: &[Figure], systems: &[&str], names: &[&str], rows: Range<i32>) -> Drawn {
    let middle = |row: usize| rows.start + row as i32 * ROW_PX + ROW_PX / 2;
    for (row, system) in systems.iter().enumerate() {
        text(area, system, (LABELS_PX - 12, middle(row)), HPos::Right)?;
    }
    for (panel, name) in names.iter().enumerate() {
        let left = LABELS_PX + panel as i32 * (PANEL_PX + GAP_PX);
        let (group, what) = name.split_once('.').unwrap_or(("", name));
        text(area, &group.replace('_', " "), (left, 12), HPos::Left)?;
        text(area, &what.replace(['_', '.'], " "), (left, 28), HPos::Left)?;
        let at = |value: f64| left + (value.clamp(0.0, 1.0) * f64::from(PANEL_PX)).round() as i32;
        for tick in [0.0, 0.5, 1.0] {
            area.draw(&PathElement::new([(at(tick), rows.start), (at(tick), rows.end)], RULE))?;
            text(area, &tick.to_string(), (at(tick), rows.end + 12), HPos::Center)?;
        }
        for figure in figures.iter().filter(|figure| figure.name == *name) {
            let row = systems.iter().position(|system| *system == figure.system).unwrap_or_default();
            let colour =
                if figure.system == "embedding" || figure.system.starts_with("embedding.") { BLUE } else { ORANGE };
            let [low, high] = figure.interval.unwrap_or([figure.value; 2]);
            let interval = [(at(low), middle(row)), (at(high), middle(row))];
            area.draw(&PathElement::new(interval, colour.stroke_width(2)))?;
            area.draw(&Circle::new((at(figure.value), middle(row)), 4, colour.filled()))?;
        }
    }
    Ok(())
}

fn text(area: &Area<'_>, text: &str, at: (i32, i32), side: HPos) -> Drawn {
    let style = (FONT, 12).into_font().color(&TEXT).pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(text.to_owned(), at, style))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_a_point_a_figure_and_escapes_names() {
        let figure = |system: &str, name: &str| Figure {
            system: system.into(),
            name: name.into(),
            value: 0.5,
            interval: Some([0.4, 0.7]),
            queries: 9,
        };
        let figures =
            [figure("embedding", "same_artist.x"), figure("<b>", "same_artist.x"), figure("embedding", "other.x")];
        let picture = plot(&figures, "same_").unwrap().unwrap();
        assert_eq!(picture.matches("<circle").count(), 2);
        assert!(picture.contains("&lt;b&gt;") && !picture.contains("<b>"));
        assert_eq!(plot(&figures, "none").unwrap(), None);
    }
}
