//! Pictures as SVG, drawn by plotters.

use std::io;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

/// Okabe and Ito's blue and orange, which everybody tells apart.
pub const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xb2);
pub const ORANGE: RGBColor = RGBColor(0xd5, 0x5e, 0x00);

pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

/// A picture of `size` pixels on white.
///
/// # Errors
/// When it cannot be drawn.
pub fn svg(size: (u32, u32), draw: impl FnOnce(&Area<'_>) -> Drawn) -> Result<String> {
    let mut picture = String::new();
    {
        let area = SVGBackend::with_string(&mut picture, size).into_drawing_area();
        let drawn = area.fill(&WHITE).and_then(|()| draw(&area)).and_then(|()| area.present());
        drawn.map_err(|error| anyhow!("A picture cannot be drawn: {error}"))?;
    }
    Ok(picture)
}
