//! The map's state, and what the page does with what its worker says of it.

mod frame;
mod gestures;
mod hear;
mod keys;
mod texts;
mod tour;

use std::collections::HashMap;

use leptos::prelude::*;

use super::Page;
use crate::map::camera::{Bounds, Camera, Place};
use crate::map::deck::Deck;
use crate::map::flight::Flight;
use crate::map::grid::place;
use crate::map::marks::Query;
use crate::map::middle::middle;
use crate::map::points::Points;
use crate::map::scene::{Scene, whole};
use crate::pause::now_ms;
use crate::protocol::{Answer, Colouring, Described, Legend, MapEvent, MapRequest, Region, Spot};
pub use tour::Tour;

/// A flight to a result shows at most this much of the map's detail.
const CLOSEST: f64 = 24.0;

/// Room around what a flight ends at, in CSS pixels.
const MARGIN: f64 = 72.0;

/// What dragging over the map does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Moves it.
    Move,
    /// Plays the nearest track.
    Hear,
    /// Encloses tracks by a line.
    Lasso,
    /// Encloses them by a box.
    Box,
    /// Draws a way along tracks.
    Walk,
}

/// The track that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current {
    /// Which one.
    pub spot: Spot,
    /// By what.
    pub by: Pointed,
}

/// What points at a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointed {
    /// The list.
    List,
    /// The pointer over the map.
    Hover,
    /// A click, a tap or a key: it stays.
    Chosen,
}

/// The map. Copies are handles on the same state.
#[derive(Clone, Copy)]
pub struct Landscape {
    /// Tracks that it will have; none is there without a map.
    pub expected: RwSignal<u32>,
    /// Tracks that have come.
    pub arrived: RwSignal<u32>,
    /// The named regions.
    pub regions: RwSignal<Vec<Region>>,
    /// What the colours say.
    pub colouring: RwSignal<Colouring>,
    /// What the colours mean.
    pub legend: RwSignal<Legend>,
    /// What dragging does.
    pub tool: RwSignal<Tool>,
    /// The track that is meant.
    pub current: RwSignal<Option<Current>>,
    /// Where that is seen, in CSS pixels.
    pub current_at: RwSignal<Option<Place>>,
    /// Tracks that were enclosed or walked along.
    pub tour: RwSignal<Option<Tour>>,
    /// Tracks that a search found.
    pub highlights: RwSignal<Vec<Spot>>,
    /// Whether the map is shown where there is room for one of map and list alone.
    pub shown: RwSignal<bool>,
    /// Whether the map is looked at without a sound.
    pub alone: RwSignal<bool>,
    /// What is heard of the map.
    pub heard: RwSignal<Option<Spot>>,
    /// Changes when another part of the map is seen, and the map stands still.
    pub seen: Trigger,
    /// Changes when more is known of tracks.
    told: Trigger,
    work: StoredValue<Work, LocalStorage>,
}

/// What no view depends on.
#[derive(Default)]
struct Work {
    scene: Scene,
    gesture: gestures::Gesture,
    texts: HashMap<Spot, Option<Described>>,
    asking: texts::Asking,
    deck: Deck,
    /// What to do with a track once it is known.
    then: Option<(Spot, hear::Then)>,
    pause: Option<TimeoutHandle>,
    /// What was seen with the last frame.
    seen: Option<Camera>,
}

impl Landscape {
    /// No map.
    pub fn new() -> Self {
        Self {
            expected: RwSignal::new(0),
            arrived: RwSignal::new(0),
            regions: RwSignal::default(),
            colouring: RwSignal::default(),
            legend: RwSignal::default(),
            tool: RwSignal::new(Tool::Move),
            current: RwSignal::new(None),
            current_at: RwSignal::new(None),
            tour: RwSignal::new(None),
            highlights: RwSignal::default(),
            shown: RwSignal::new(false),
            alone: RwSignal::new(false),
            heard: RwSignal::new(None),
            seen: Trigger::new(),
            told: Trigger::new(),
            work: StoredValue::new_local(Work::default()),
        }
    }

    /// Works with what is shown.
    pub fn with_scene<T>(self, act: impl FnOnce(&mut Scene) -> T) -> Option<T> {
        self.work.try_update_value(|work| act(&mut work.scene))
    }

    fn with_points<T>(self, look: impl FnOnce(&Points) -> T) -> T {
        self.work.with_value(|work| look(&work.scene.points))
    }

    /// Where a track lies.
    fn place_of(self, spot: Spot) -> Option<Place> {
        self.with_points(|points| points.at(points.number(spot)?))
    }

    fn camera(self) -> Option<Camera> {
        self.work.with_value(|work| work.scene.camera)
    }
}

impl Page {
    /// Takes in what the worker tells of the map.
    pub(super) fn hear_of_map(self, event: MapEvent) {
        let map = self.landscape;
        match event {
            MapEvent::Begins { tracks } => {
                map.with_scene(|scene| {
                    scene.points = Points::new(tracks);
                    scene.unsorted = true;
                });
                self.restart_texts();
                map.work.update_value(|work| work.then = None);
                map.current.set(None);
                map.tour.set(None);
                map.heard.set(None);
                map.regions.set(Vec::new());
                map.expected.set(tracks);
                map.arrived.set(0);
                if map.colouring.get_untracked() != Colouring::default() {
                    self.ask_map(MapRequest::Paint { colouring: map.colouring.get_untracked() });
                }
            }
            MapEvent::Placed { of, places } => {
                map.with_scene(|scene| {
                    scene.came_ms.get_or_insert_with(now_ms);
                    scene.points.place_segment(of, &places.to_vec());
                    scene.unsorted = true;
                    map.arrived.set(scene.points.places.len() as u32);
                });
            }
            MapEvent::Painted { of, colours, admitted } => {
                map.with_scene(|scene| {
                    scene.points.paint_segment(of, &colours.to_vec(), &admitted.to_vec());
                    scene.repaint = true;
                });
            }
            MapEvent::Legend { legend } => map.legend.set(legend),
            MapEvent::Regions { regions } => map.regions.set(regions),
            MapEvent::Described { number, tracks } => return self.take_texts(number, tracks),
        }
        self.draw_map_soon();
    }

    /// Lets the colours say something else.
    pub fn colour_map(self, colouring: Colouring) {
        self.landscape.colouring.set(colouring);
        self.ask_map(MapRequest::Paint { colouring });
    }

    /// Points at a track; the map and the list show which one it is.
    pub fn point_at(self, current: Option<Current>) {
        if self.landscape.current.get_untracked() != current {
            self.landscape.current.set(current);
            self.draw_map_soon();
        }
    }

    /// Shows where a track lies, if that is not on the screen.
    pub fn show_on_map(self, spot: Spot) {
        let (Some(at), Some(camera)) = (self.landscape.place_of(spot), self.landscape.camera()) else { return };
        let (x, y) = camera.to_screen(at);
        let inside = |at: f64, size: f64| (24.0..=size - 24.0).contains(&at);
        if !inside(x, camera.size.0) || !inside(y, camera.size.1) {
            self.fly_to(Camera { middle: at, ..camera });
        }
    }

    /// Flies to the sound and its neighbours.
    pub fn fly_to_query(self) {
        if let (Some(query), Some(camera)) = (self.query_on_map(), self.landscape.camera()) {
            let neighbours = query.neighbours.iter().map(|(_, at)| *at);
            if let Some(bounds) = Bounds::around(neighbours.chain([query.at])) {
                self.fly_to(camera.onto(&bounds, MARGIN, CLOSEST));
            }
        }
    }

    /// Flies to a region.
    pub fn fly_to_region(self, region: &Region) {
        if let Some(camera) = self.landscape.camera() {
            let magnification = 2f64.powi(i32::from(region.level) + 1).max(camera.magnification().min(CLOSEST));
            let middle = place([region.x, region.y]);
            let target = camera.onto(&Bounds { low: middle, high: middle }, MARGIN, magnification);
            self.fly_to(target);
        }
    }

    /// Flies back to where the whole map is seen.
    pub fn fly_home(self) {
        if let Some(camera) = self.landscape.camera() {
            self.fly_to(self.landscape.with_points(|points| whole(points, camera.size)));
        }
    }

    /// Makes the map larger or smaller around its middle.
    pub fn zoom_map(self, factor: f64) {
        if let Some(camera) = self.landscape.camera() {
            let mut target = camera;
            target.zoom((camera.size.0 / 2.0, camera.size.1 / 2.0), factor);
            self.fly_to(target);
        }
    }

    /// The sound that was answered, in the midst of its neighbours; none where there is no place for it.
    pub fn query_on_map(self) -> Option<Query> {
        if self.stale.get_untracked() {
            return None;
        }
        let answer = self.answer.get_untracked()?;
        let placed = |(i, spot): (usize, Spot)| Some((i + 1, self.landscape.place_of(spot)?));
        let neighbours: Vec<(usize, Place)> =
            answer.neighbours.iter().map(|neighbour| neighbour.spot).enumerate().filter_map(placed).collect();
        let weight = |rank: usize, answer: &Answer| f64::from(answer.neighbours[rank - 1].score.max(0.0)).powi(2);
        let weighted: Vec<(Place, f64)> = neighbours.iter().map(|(rank, at)| (*at, weight(*rank, &answer))).collect();
        Some(Query { at: middle(&weighted)?, neighbours })
    }

    pub(super) fn ask_map(self, request: MapRequest) {
        self.with_engine(|engine| engine.ask_map(request));
    }

    /// Flies, or is there at once for those who asked for no motion.
    fn fly_to(self, target: Camera) {
        self.landscape.with_scene(|scene| match scene.camera {
            Some(camera) if !prefers_no_motion() => scene.flight = Some((Flight::new(camera, target), now_ms())),
            _ => {
                scene.flight = None;
                scene.camera = Some(target);
            }
        });
        self.draw_map_soon();
    }
}

fn prefers_no_motion() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    query.is_some_and(|query| query.matches())
}
