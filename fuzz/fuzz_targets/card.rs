//! Any text as an encoder's card: refused, or a front end that can be planned.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sonoscape::{EncoderCard, MelFrontEnd};

fuzz_target!(|json: &str| {
    if let Ok(card) = EncoderCard::from_json(json) {
        let _ = MelFrontEnd::new(&card.front_end);
        assert!(card.halves.iter().all(|half| half.end <= card.dimension));
    }
});
