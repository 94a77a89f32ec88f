use leptos::html::Canvas;
use leptos::prelude::*;

use super::canvas::{Paper, keep_painted};
use crate::page::Page;

/// Width of a bar and of the gap after it, in CSS pixels.
const BAR: f64 = 3.0;
const GAP: f64 = 2.0;

/// The waveform, as bars.
#[component]
pub fn Waveform() -> impl IntoView {
    let page = expect_context::<Page>();
    let canvas = NodeRef::<Canvas>::new();
    keep_painted(canvas, move |paper| {
        page.sound.with(|sound| {
            if let Some(sound) = sound {
                paint(&paper, &sound.loudness);
            }
        });
    });
    view! { <canvas class="wave-canvas" node_ref=canvas aria-hidden="true"></canvas> }
}

fn paint(paper: &Paper, loudness: &[f32]) {
    let step = (BAR + GAP) * paper.scale;
    let bars = (paper.width / step).floor().max(1.0) as usize;
    let loudest = loudness.iter().fold(1e-6f32, |loudest, &level| loudest.max(level));
    paper.context.set_fill_style_str(&paper.colour("--wave"));
    for bar in 0..bars {
        let (first, last) = (bar * loudness.len() / bars, ((bar + 1) * loudness.len()).div_ceil(bars));
        let level = loudness[first..last.min(loudness.len())].iter().fold(0.0f32, |most, &level| most.max(level));
        let height = (f64::from(level / loudest) * paper.height).max(2.0 * paper.scale);
        let (x, y) = (bar as f64 * step, (paper.height - height) / 2.0);
        paper.context.fill_rect(x, y, BAR * paper.scale, height);
    }
}
