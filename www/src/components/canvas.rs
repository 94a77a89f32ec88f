use std::cell::RefCell;
use std::rc::Rc;

use leptos::ev;
use leptos::html::Canvas;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ResizeObserver};

/// A canvas fitted to its place on the screen.
pub struct Paper {
    /// The canvas.
    pub canvas: HtmlCanvasElement,
    /// Where to draw, in pixels of the screen.
    pub context: CanvasRenderingContext2d,
    /// Width in pixels of the screen.
    pub width: f64,
    /// Height in pixels of the screen.
    pub height: f64,
    /// Pixels of the screen per CSS pixel.
    pub scale: f64,
}

impl Paper {
    /// Fits the canvas, which clears it; none while it has no size.
    pub fn fit(canvas: HtmlCanvasElement) -> Option<Self> {
        let scale = window().device_pixel_ratio().max(1.0);
        let (width, height) = (f64::from(canvas.client_width()) * scale, f64::from(canvas.client_height()) * scale);
        if width < 1.0 || height < 1.0 {
            return None;
        }
        canvas.set_width(width as u32);
        canvas.set_height(height as u32);
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        Some(Self { canvas, context, width, height, scale })
    }

    /// The value of a colour token of the style sheet.
    pub fn colour(&self, token: &str) -> String {
        let style = window().get_computed_style(&self.canvas).ok().flatten();
        let value = style.and_then(|style| style.get_property_value(token).ok()).unwrap_or_default();
        value.trim().to_owned()
    }
}

/// Calls `paint` now and whenever the size of the canvas, the theme, or what `paint` reads changes.
pub fn keep_painted(canvas: NodeRef<Canvas>, paint: impl Fn(Paper) + 'static) {
    let changed = Trigger::new();
    let theme = window_event_listener(ev::Custom::<ev::Event>::new("themechange"), move |_| changed.notify());
    on_cleanup(move || theme.remove());
    let observer = Rc::new(RefCell::new(None::<Observer>));
    Effect::new(move |_| {
        changed.track();
        let Some(canvas) = canvas.get() else {
            return;
        };
        observer.borrow_mut().get_or_insert_with(|| Observer::new(&canvas, changed));
        if let Some(paper) = Paper::fit(canvas) {
            paint(paper);
        }
    });
}

/// Watches the size of a canvas for as long as it lives.
struct Observer {
    observer: Option<ResizeObserver>,
    _callback: Closure<dyn Fn()>,
}

impl Observer {
    fn new(canvas: &HtmlCanvasElement, changed: Trigger) -> Self {
        let callback = Closure::<dyn Fn()>::new(move || changed.notify());
        let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(canvas);
        }
        Self { observer, _callback: callback }
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
