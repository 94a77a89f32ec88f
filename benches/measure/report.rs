//! Times on one thread, natively or in a browser's worker, printed as `measured NAME VALUE LABEL`.

const RUNS: usize = 15;
/// A browser compiles code anew, on another thread, once it has run for a while.
const WARM_UP_MS: f64 = 500.0;

/// Does each of `works` `often` between two looks at the clock, because a browser's clock is coarse, and all of them in turns,
/// so that whatever else the machine does slows each alike; the medians count.
pub fn time_in_turns(often: usize, works: &mut [(String, &mut dyn FnMut())]) {
    let mut times = vec![Vec::new(); works.len()];
    let warm = now_ms() + WARM_UP_MS * works.len() as f64;
    while now_ms() < warm {
        works.iter_mut().for_each(|(_, work)| work());
    }
    for _ in 0..RUNS {
        for ((_, work), times) in works.iter_mut().zip(&mut times) {
            times.push(once(|| (0..often).for_each(|_| work())).1);
        }
    }
    for ((name, _), mut times) in works.iter().zip(times) {
        times.sort_by(f64::total_cmp);
        say(name, times[RUNS / 2] / often as f64, "");
    }
}

/// What `work` gives, and how long it took in milliseconds.
pub fn once<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = now_ms();
    let result = work();
    (result, now_ms() - start)
}

pub fn say(name: &str, value: f64, label: &str) {
    let line = format!("measured {name} {value:.4} {label}");
    #[cfg(not(target_arch = "wasm32"))]
    println!("{line}");
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_test::console_log!("{line}");
}

#[cfg(not(target_arch = "wasm32"))]
fn now_ms() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn now_ms() -> f64;
}
