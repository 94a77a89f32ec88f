#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sonoscape_fuzz::regions(bytes));
