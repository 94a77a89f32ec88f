//! A square around points, and their places in it as a catalogue keeps them.

use sonoscape::catalogue::Position;

/// Largest coordinate of a position.
const LARGEST: f32 = 65_534.0;

/// Share of a side that is left free around the points.
const MARGIN: f32 = 0.02;

/// A square with room around points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    corner: [f32; 2],
    side: f32,
}

impl Frame {
    /// The smallest with its margin; points of one place lie in its middle.
    pub fn around(positions: &[[f32; 2]]) -> Self {
        let ends = |axis: usize| {
            let along = positions.iter().map(|position| position[axis]);
            along.fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], value| [low.min(value), high.max(value)])
        };
        let ends = [ends(0), ends(1)];
        let span = ends.iter().fold(0.0f32, |span, [low, high]| span.max(high - low));
        let side = if span > 0.0 { span / (1.0 - 2.0 * MARGIN) } else { 1.0 };
        Self { corner: ends.map(|[low, high]| f32::midpoint(low, high) - side / 2.0), side }
    }

    /// Where a point lies, 0 to 1 in each direction.
    pub fn unit(&self, position: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|axis| ((position[axis] - self.corner[axis]) / self.side).clamp(0.0, 1.0))
    }

    /// The point that lies there.
    pub fn place(&self, unit: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|axis| self.corner[axis] + unit[axis] * self.side)
    }

    /// Where a point lies, as a catalogue keeps it.
    pub fn position(&self, position: [f32; 2]) -> Position {
        let [x, y] = self.unit(position).map(|along| (along * LARGEST).round() as u16);
        Position { x, y }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_keep_their_proportions_and_lie_within_the_margin() {
        let positions = [[-1.0, 5.0], [3.0, 7.0]];
        let frame = Frame::around(&positions);
        let [a, b] = positions.map(|position| frame.position(position));
        let margin = (MARGIN * LARGEST).round() as u16;
        assert_eq!((a.x, b.x), (margin, LARGEST as u16 - margin));
        assert_eq!((f32::from(b.x) - f32::from(a.x)).round(), 2.0 * (f32::from(b.y) - f32::from(a.y)).round());
        let back = frame.place(frame.unit(positions[1]));
        assert!((back[0] - 3.0).abs() < 1e-5 && (back[1] - 7.0).abs() < 1e-5);
    }

    #[test]
    fn points_of_one_place_lie_in_the_middle() {
        let position = Frame::around(&[[4.0, 4.0]; 3]).position([4.0, 4.0]);
        assert_eq!((position.x, position.y), (32_767, 32_767));
    }
}
