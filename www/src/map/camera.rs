//! Which part of the map is seen. On the map, both coordinates go from 0 to 1 and `y` points up; on the screen they are CSS pixels
//! from the upper left corner.

/// A place on the map or on the screen.
pub type Place = (f64, f64);

use super::labels::Area;

/// Longest side of the map, in CSS pixels: two tracks that can be told apart at all lie four pixels apart.
const MOST_SCALE: f64 = 4.0 * 65_536.0;

/// Share of the screen that the whole map fills.
const WHOLE: f64 = 0.94;

/// What is seen of the map, and how large.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    /// What lies in the middle of the screen.
    pub middle: Place,
    /// CSS pixels a side of the map.
    pub scale: f64,
    /// Size of the screen in CSS pixels.
    pub size: Place,
}

/// A box on the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Lower left corner.
    pub low: Place,
    /// Upper right corner.
    pub high: Place,
}

impl Bounds {
    /// The smallest box around some places; none around nothing.
    pub fn around(places: impl IntoIterator<Item = Place>) -> Option<Self> {
        let grow = |bounds: Option<Self>, (x, y): Place| {
            let Self { low, high } = bounds.unwrap_or(Self { low: (x, y), high: (x, y) });
            Some(Self { low: (low.0.min(x), low.1.min(y)), high: (high.0.max(x), high.1.max(y)) })
        };
        places.into_iter().fold(None, grow)
    }
}

impl Camera {
    /// The whole map on a screen of this size.
    pub fn whole(size: Place) -> Self {
        let size = (size.0.max(1.0), size.1.max(1.0));
        Self { middle: (0.5, 0.5), scale: size.0.min(size.1) * WHOLE, size }
    }

    /// Where a place on the map is seen.
    pub fn to_screen(self, (x, y): Place) -> Place {
        let (left, down) = ((x - self.middle.0) * self.scale, (self.middle.1 - y) * self.scale);
        (self.size.0 / 2.0 + left, self.size.1 / 2.0 + down)
    }

    /// What is seen at a place on the screen.
    pub fn to_map(self, (x, y): Place) -> Place {
        let (left, down) = (x - self.size.0 / 2.0, y - self.size.1 / 2.0);
        (self.middle.0 + left / self.scale, self.middle.1 - down / self.scale)
    }

    /// The box that is seen, and `margin` CSS pixels around it.
    pub fn bounds(&self, margin: f64) -> Bounds {
        let (width, height) = self.size;
        Bounds { low: self.to_map((-margin, height + margin)), high: self.to_map((width + margin, -margin)) }
    }

    /// Moves what is seen by CSS pixels.
    pub fn pan(&mut self, (right, down): Place) {
        let middle = (self.middle.0 - right / self.scale, self.middle.1 + down / self.scale);
        self.middle = (middle.0.clamp(0.0, 1.0), middle.1.clamp(0.0, 1.0));
    }

    /// Makes everything `factor` times as large, and keeps what is seen at a place on the screen there.
    pub fn zoom(&mut self, at: Place, factor: f64) {
        let fixed = self.to_map(at);
        self.scale = (self.scale * factor).clamp(self.least_scale(), MOST_SCALE);
        let moved = self.to_screen(fixed);
        self.pan((at.0 - moved.0, at.1 - moved.1));
    }

    /// The same screen with a box of the map in some room on it, at most `closest` times as large as the whole map.
    pub fn onto(&self, bounds: &Bounds, room: &Area, closest: f64) -> Self {
        let (width, height) = (bounds.high.0 - bounds.low.0, bounds.high.1 - bounds.low.1);
        let most = (self.whole_scale() * closest).min(MOST_SCALE);
        let scale = (room.size.0 / width.max(1e-9)).min(room.size.1 / height.max(1e-9)).clamp(self.least_scale(), most);
        let middle = ((bounds.low.0 + bounds.high.0) / 2.0, (bounds.low.1 + bounds.high.1) / 2.0);
        let aside = (room.at.0 - self.size.0 / 2.0, room.at.1 - self.size.1 / 2.0);
        Self { middle: (middle.0 - aside.0 / scale, middle.1 + aside.1 / scale), scale, ..*self }
    }

    /// Fits another size of the screen: the middle stays, and as much of the map is seen as before.
    pub fn resize(&mut self, size: Place) {
        let (whole, before) = (Self::whole(size), self.whole_scale());
        self.scale = (self.scale * whole.scale / before).clamp(whole.scale / 2.0, MOST_SCALE);
        self.size = whole.size;
    }

    /// How many times as large as the whole map it is.
    pub fn magnification(&self) -> f64 {
        self.scale / self.whole_scale()
    }

    fn whole_scale(&self) -> f64 {
        Self::whole(self.size).scale
    }

    fn least_scale(&self) -> f64 {
        self.whole_scale() / 2.0
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn near(a: Place, b: Place) -> bool {
        (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9
    }

    #[test]
    fn the_whole_map_is_seen_with_its_upper_side_up() {
        let camera = Camera::whole((800.0, 600.0));
        let (left, bottom) = camera.to_screen((0.0, 0.0));
        let (right, top) = camera.to_screen((1.0, 1.0));
        assert!(left >= 0.0 && right <= 800.0 && left < right);
        assert!(top >= 0.0 && bottom <= 600.0 && top < bottom);
    }

    #[test]
    fn screen_and_map_are_inverse() {
        let camera = Camera { middle: (0.3, 0.7), scale: 12_345.0, size: (390.0, 500.0) };
        for place in [(0.0, 0.0), (0.31, 0.69), (1.0, 0.2)] {
            assert!(near(camera.to_map(camera.to_screen(place)), place));
        }
    }

    #[test]
    fn what_lies_under_the_pointer_stays_there_when_zooming() {
        let mut camera = Camera::whole((800.0, 600.0));
        let under = camera.to_map((500.0, 200.0));
        camera.zoom((500.0, 200.0), 7.0);
        assert!(near(camera.to_screen(under), (500.0, 200.0)));
        assert!((camera.magnification() - 7.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_dragged_follows_the_pointer() {
        let mut camera = Camera { middle: (0.5, 0.5), scale: 2000.0, size: (800.0, 600.0) };
        let held = camera.to_map((100.0, 100.0));
        camera.pan((40.0, -25.0));
        assert!(near(camera.to_screen(held), (140.0, 75.0)));
    }

    #[test]
    fn a_box_that_is_shown_lies_on_the_screen() {
        let camera = Camera::whole((800.0, 600.0));
        let bounds = Bounds::around([(0.2, 0.3), (0.25, 0.31), (0.22, 0.38)]).expect("a box");
        let room = Area { at: (400.0, 300.0), size: (720.0, 520.0) };
        let close = camera.onto(&bounds, &room, 1000.0);
        for corner in [bounds.low, bounds.high] {
            let (x, y) = close.to_screen(corner);
            assert!((39.9..=760.1).contains(&x) && (39.9..=560.1).contains(&y), "{x} {y}");
        }
        assert!(camera.onto(&bounds, &room, 2.0).magnification() <= 2.0 + 1e-9);
    }

    #[test]
    fn a_box_that_is_shown_beside_something_lies_in_the_room_that_is_left() {
        let camera = Camera::whole((800.0, 600.0));
        let bounds = Bounds::around([(0.2, 0.3), (0.25, 0.31), (0.22, 0.38)]).expect("a box");
        let room = Area { at: (250.0, 320.0), size: (400.0, 300.0) };
        let close = camera.onto(&bounds, &room, 1000.0);
        for corner in [bounds.low, bounds.high] {
            let (x, y) = close.to_screen(corner);
            assert!((49.9..=450.1).contains(&x) && (169.9..=470.1).contains(&y), "{x} {y}");
        }
    }

    #[test]
    fn zooming_ends_at_both_ends() {
        let mut camera = Camera::whole((800.0, 600.0));
        camera.zoom((0.0, 0.0), 1e9);
        assert!(camera.scale <= MOST_SCALE);
        camera.zoom((0.0, 0.0), 1e-9);
        assert!(camera.magnification() >= 0.5 - 1e-9);
    }

    #[test]
    fn another_size_of_the_screen_keeps_the_middle_and_the_magnification() {
        let mut camera = Camera { middle: (0.3, 0.6), scale: 3000.0, size: (800.0, 600.0) };
        let before = camera.magnification();
        camera.resize((400.0, 700.0));
        assert_eq!(camera.middle, (0.3, 0.6));
        assert!((camera.magnification() - before).abs() < 1e-9);
    }
}
