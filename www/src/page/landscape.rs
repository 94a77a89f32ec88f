//! The map's state, and what the page does with what its worker says of it.

mod flights;
mod frame;
mod gestures;
mod hear;
mod keys;
mod texts;
mod tour;

use std::collections::HashMap;

use leptos::prelude::*;

use super::Page;
use crate::map::camera::{Camera, Place};
use crate::map::deck::Deck;
use crate::map::marks::Query;
use crate::map::middle::middle;
use crate::map::points::Points;
use crate::map::scene::Scene;
use crate::pause::now_ms;
use crate::protocol::{Answer, Colouring, Described, Legend, MapEvent, MapRequest, Region, Spot};
pub use tour::Tour;

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
    /// Catalogues that have a map, each after its number.
    pub maps: RwSignal<Vec<(u32, String)>>,
    /// The one whose map is shown.
    pub of: RwSignal<Option<u32>>,
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
            maps: RwSignal::default(),
            of: RwSignal::new(None),
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

    /// Draws nowhere any more, and follows no pointer.
    pub fn detach(self) {
        self.work.update_value(|work| {
            work.scene.detach();
            work.gesture = gestures::Gesture::default();
        });
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
                map.with_scene(|scene| scene.points = Points::new(tracks));
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
                    map.arrived.set(scene.points.places.len() as u32);
                });
            }
            MapEvent::Painted { of, colours, admitted } => {
                map.with_scene(|scene| scene.points.paint_segment(of, &colours.to_vec(), &admitted.to_vec()));
            }
            MapEvent::Legend { legend } => map.legend.set(legend),
            MapEvent::Maps { maps, shown } => {
                if map.of.get_untracked() != shown {
                    map.of.set(shown);
                    map.with_scene(|scene| (scene.camera, scene.flight) = (None, None));
                }
                map.maps.set(maps);
            }
            MapEvent::Regions { regions } => map.regions.set(regions),
            MapEvent::Described { number, tracks } => return self.take_texts(number, tracks),
        }
        self.draw_map_soon();
    }

    /// Shows the map of another catalogue.
    pub fn show_map_of(self, catalogue: u32) {
        self.ask_map(MapRequest::Show { catalogue });
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
}
