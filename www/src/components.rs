//! The parts of the page, one a file.

mod announcer;
mod ask;
mod attribution;
mod axis;
mod canvas;
mod filters;
mod header;
mod hero;
mod icon;
mod kept;
mod keys;
mod neighbour_row;
mod neighbours;
mod origin_card;
mod picker;
mod player_bar;
mod problem_bar;
mod progress;
mod search_box;
mod sound_panel;
mod spectrogram;
mod timeline;
mod waveform;

pub use announcer::Announcer;
pub use ask::Explanations;
pub use header::Header;
pub use hero::Hero;
pub use keys::Keys;
pub use neighbours::Neighbours;
pub use player_bar::PlayerBar;
pub use problem_bar::ProblemBar;
pub use progress::Progress;
pub use sound_panel::SoundPanel;
