//! Progress bars.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

const TEMPLATE: &str = "{msg} {wide_bar} {human_pos}/{human_len} · {per_sec} · {eta} left";

/// A bar over `count` items with rate and time left; draws nothing when `hidden` or when the terminal is none.
pub fn bar(count: usize, message: &'static str, hidden: bool) -> ProgressBar {
    if hidden {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(count as u64).with_style(style).with_message(message);
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}
