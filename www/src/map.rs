//! The map: the sonic landscape as one can see, walk and hear it.

pub mod camera;
pub mod crowds;
pub mod deck;
pub mod flat;
pub mod flight;
pub mod gl;
pub mod grid;
pub mod inks;
pub mod labels;
pub mod lasso;
pub mod marks;
pub mod middle;
pub mod palette;
pub mod playlist;
pub mod points;
pub mod ranks;
pub mod scene;
pub mod walk;
