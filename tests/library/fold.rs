use proptest::prelude::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use sonoscape::fold;

#[test]
fn names_lose_case_accents_and_punctuation() {
    let cases = [
        ("Motörhead", "motorhead"),
        ("Sigur Rós: Ágætis byrjun", "sigur ros agaetis byrjun"),
        ("AC/DC", "ac dc"),
        ("Don’t Stop 'til You Get Enough", "dont stop til you get enough"),
        ("STRAẞE straße", "strasse strasse"),
        ("ﬁne Ⅳ ½", "fine iv 1 2"),
        ("Łódź İstanbul Ø", "lodz istanbul o"),
        ("Mø & Co.", "mo and co"),
        ("R&B", "r and b"),
        ("ЙОГА Ёлка", "иога елка"),
        ("हिन्दी", "हिन्दी"),
        ("…!?", ""),
    ];
    for (text, folded) in cases {
        assert_eq!(fold(text), folded, "{text}");
    }
}

#[test]
fn scripts_without_case_are_found_by_themselves() {
    for text in ["東京事変", "한국", "שלום", "ไทย"] {
        assert_eq!(fold(text), fold(&format!("({text})")));
        assert!(!fold(text).is_empty(), "{text}");
    }
}

#[test]
fn marks_that_come_together_take_their_order() {
    assert_eq!(fold("\u{1e944}`\u{10a39}"), fold("\u{10a39}\u{1e944}"));
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in any::<String>()) {
        let folded = fold(&text);
        prop_assert_eq!(&fold(&folded), &folded);
        prop_assert!(!folded.starts_with(' ') && !folded.ends_with(' ') && !folded.contains("  "));
    }
}
