//! The library's tests. The same functions run natively and in WebAssembly, there with and without simd128.

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[path = "library/audio.rs"]
mod audio;
#[path = "library/catalogue.rs"]
mod catalogue;
#[path = "library/chroma.rs"]
mod chroma;
#[path = "library/composite.rs"]
mod composite;
#[path = "library/decoder.rs"]
mod decoder;
#[path = "library/encoder.rs"]
mod encoder;
#[path = "library/enlarge.rs"]
mod enlarge;
#[path = "library/fold.rs"]
mod fold;
#[cfg(not(target_arch = "wasm32"))]
#[path = "library/fuzz.rs"]
mod fuzz;
#[path = "library/mel.rs"]
mod mel;
#[path = "library/mfcc.rs"]
mod mfcc;
#[path = "library/names.rs"]
mod names;
#[path = "library/npy.rs"]
mod npy;
#[path = "library/parity.rs"]
mod parity;
#[path = "library/real.rs"]
mod real;
#[path = "library/recall.rs"]
mod recall;
#[path = "library/regions.rs"]
mod regions;
#[path = "library/search.rs"]
mod search;
#[path = "library/services.rs"]
mod services;
#[path = "library/shelf.rs"]
mod shelf;
#[path = "library/tune.rs"]
mod tune;
