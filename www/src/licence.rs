//! Licences as people read them.

/// The name of an SPDX identifier as its makers write it: `CC-BY-SA-4.0` is `CC BY-SA 4.0`.
pub fn name(spdx: &str) -> String {
    if spdx == "CC0-1.0" {
        return "CC0 1.0".to_owned();
    }
    match terms_and_version(spdx) {
        Some((terms, version)) => format!("CC {terms} {version}"),
        None => spdx.to_owned(),
    }
}

/// Address of the text of a Creative Commons licence; none for other identifiers.
pub fn address(spdx: &str) -> Option<String> {
    if spdx == "CC0-1.0" {
        return Some("https://creativecommons.org/publicdomain/zero/1.0/".to_owned());
    }
    let (terms, version) = terms_and_version(spdx)?;
    Some(format!("https://creativecommons.org/licenses/{}/{version}/", terms.to_lowercase()))
}

fn terms_and_version(spdx: &str) -> Option<(&str, &str)> {
    let (terms, version) = spdx.strip_prefix("CC-")?.rsplit_once('-')?;
    let known = ["BY", "BY-SA", "BY-NC", "BY-ND", "BY-NC-SA", "BY-NC-ND"];
    let sound = known.contains(&terms) && version.chars().all(|c| c.is_ascii_digit() || c == '.');
    sound.then_some((terms, version))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn creative_commons_licences_get_their_name_and_address() {
        assert_eq!(name("CC-BY-SA-4.0"), "CC BY-SA 4.0");
        assert_eq!(address("CC-BY-SA-4.0").as_deref(), Some("https://creativecommons.org/licenses/by-sa/4.0/"));
        assert_eq!(name("CC0-1.0"), "CC0 1.0");
    }

    #[test]
    fn other_licences_keep_their_identifier_and_get_no_address() {
        assert_eq!(name("GPL-3.0-or-later"), "GPL-3.0-or-later");
        assert_eq!(name("CC-BY-SA (version not stated)"), "CC-BY-SA (version not stated)");
        assert_eq!(address("GPL-3.0-or-later"), None);
        assert_eq!(address("CC-BY-4.0/../../evil"), None);
    }
}
