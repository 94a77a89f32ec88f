use leptos::html::Canvas;
use leptos::prelude::*;
use plotters::prelude::*;
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::axis::{Axis, LABEL_HEIGHT, frequency_ticks, hertz, time_ticks};
use super::canvas::{Paper, keep_painted};
use crate::magma::MAGMA;
use crate::page::Page;
use crate::sound::Sound;

/// Room for the frequencies, left of the picture, in CSS pixels; `--axis-left` in the style sheet is the same.
const AXIS_LEFT: f64 = 52.0;

/// Room for the times, below the picture, in CSS pixels.
const AXIS_BOTTOM: f64 = 28.0;

/// The mel spectrogram with its axes.
#[component]
pub fn SpectrogramView() -> impl IntoView {
    let page = expect_context::<Page>();
    let canvas = NodeRef::<Canvas>::new();
    keep_painted(canvas, move |paper| {
        let Some(sound) = page.sound.get() else {
            return;
        };
        let (levels, columns) = (&sound.spectrogram.levels, sound.spectrogram.columns);
        if paint_levels(&paper, levels, columns, (0.0, 1.0)).is_ok() && paint_axes(&paper, &sound).is_ok() {
            // Setting an attribute with a valid name cannot fail.
            let _ = paper.canvas.set_attribute("data-drawn", "true");
        }
    });
    view! {
        <canvas
            id="spectrogram"
            class="spectrogram-canvas"
            node_ref=canvas
            role="img"
            aria-label="Mel spectrogram: time from left to right in seconds, frequency from bottom to top in hertz, brighter is louder"
        ></canvas>
    }
}

/// Paints levels of shape `[bands, columns]` from one share of the time axis to another.
pub fn paint_levels(paper: &Paper, levels: &[u8], columns: usize, (from, to): (f64, f64)) -> Result<(), JsValue> {
    let bands = levels.len() / columns.max(1);
    let mut pixels = Vec::with_capacity(bands * columns * 4);
    for row in levels.chunks_exact(columns.max(1)).rev() {
        for &level in row {
            let [red, green, blue] = MAGMA[usize::from(level)];
            pixels.extend([red, green, blue, 255]);
        }
    }
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), columns as u32, bands as u32)?;
    let sheet: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    sheet.set_width(columns as u32);
    sheet.set_height(bands as u32);
    let context: CanvasRenderingContext2d = sheet.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into();
    context.put_image_data(&image, 0.0, 0.0)?;
    let (left, bottom) = (AXIS_LEFT * paper.scale, AXIS_BOTTOM * paper.scale);
    let (width, height) = (paper.width - left, paper.height - bottom);
    let (start, width) = (left + from * width, (to - from) * width);
    paper.context.draw_image_with_html_canvas_element_and_dw_and_dh(&sheet, start, 0.0, width, height)
}

/// Labels the axes of time and frequency.
pub fn paint_axes(paper: &Paper, sound: &Sound) -> Result<(), Box<dyn std::error::Error>> {
    let (left, bottom) = (AXIS_LEFT * paper.scale, AXIS_BOTTOM * paper.scale);
    let backend = CanvasBackend::with_canvas_object(paper.canvas.clone()).ok_or("a canvas without a context")?;
    let bands = sound.spectrogram.bands as f64;
    let distance = LABEL_HEIGHT * paper.scale * bands / (paper.height - bottom).max(1.0);
    let hz_ticks = frequency_ticks(&sound.spectrogram.band_hz, distance);
    let s_ticks = time_ticks(sound.duration_s, (paper.width - left) / paper.scale);
    let position = |hz: &f64| hz_ticks.iter().find(|(at, _)| at == hz).map_or(String::new(), |(_, hz)| hertz(*hz));
    let long = sound.duration_s >= 120.0;
    let moment = |s: &f64| if long { crate::clock::minutes(*s) } else { format!("{s} s") };
    let ink = token_colour(&paper.colour("--ink-2"));
    let font = ("Geist, system-ui, sans-serif", 12.0 * paper.scale).into_font().color(&ink);
    let mut chart = ChartBuilder::on(&backend.into_drawing_area())
        .set_label_area_size(LabelAreaPosition::Left, left as u32)
        .set_label_area_size(LabelAreaPosition::Bottom, bottom as u32)
        .build_cartesian_2d(
            Axis { end: sound.duration_s, ticks: s_ticks },
            Axis { end: bands, ticks: hz_ticks.iter().map(|(at, _)| *at).collect() },
        )?;
    chart
        .configure_mesh()
        .disable_mesh()
        .axis_style(TRANSPARENT)
        .set_all_tick_mark_size((4.0 * paper.scale) as u32)
        .label_style(font)
        .x_label_formatter(&moment)
        .y_label_formatter(&position)
        .draw()?;
    Ok(())
}

/// A colour written `#rrggbb`; grey for anything else.
fn token_colour(token: &str) -> RGBColor {
    let part = |at: usize| token.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    match (part(1), part(3), part(5)) {
        (Some(red), Some(green), Some(blue)) => RGBColor(red, green, blue),
        _ => RGBColor(128, 128, 128),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn colours_are_read_from_tokens() {
        assert_eq!(token_colour("#0a10ff"), RGBColor(10, 16, 255));
        assert_eq!(token_colour("teal"), RGBColor(128, 128, 128));
    }
}
