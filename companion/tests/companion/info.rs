use std::collections::BTreeMap;
use std::fs;

use crate::{Workplace, models};

#[test]
fn what_a_catalogue_holds_and_costs_is_said() {
    let workplace = Workplace::with_demo();
    let info = workplace.json(&["info", "demo", "--json"]);
    let length = |kind: &str| -> u64 {
        let names = workplace.files("demo").into_keys().filter(|name| name.starts_with(kind));
        names.map(|name| fs::metadata(workplace.path("demo").join(name)).unwrap().len()).sum()
    };
    let bytes = &info["bytes"];
    for (key, kind) in [("manifest", "manifest"), ("sketches", "sketch-"), ("codes", "codes-"), ("texts", "text-")] {
        assert_eq!(bytes[key].as_u64(), Some(length(kind)), "{key}");
    }
    assert_eq!(bytes["whole"].as_u64(), Some(length("")));
    assert_eq!(bytes["until_all_sketches"].as_u64(), Some(length("manifest") + length("sketch-")));
    let first = bytes["until_first_answer"].as_u64().unwrap() - length("manifest") - length("sketch-");
    assert!(first > 0 && first < length("text-"));
    let excerpts = info["excerpts"].as_u64().unwrap();
    assert_eq!(info["memory_bytes"].as_u64(), Some(length("codes-") + length("sketch-") - excerpts * 32));

    let mut table = csv::Reader::from_path(models().join("demo-tracks.csv")).unwrap();
    let rows: Vec<BTreeMap<String, String>> = table.deserialize().map(Result::unwrap).collect();
    assert_eq!(info["tracks"], rows.len());
    for (counted, column) in [("sources", "source"), ("licences", "licence"), ("styles", "style")] {
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        let texts = rows.iter().map(|row| &row[column]).filter(|text| !text.is_empty());
        texts.for_each(|text| *expected.entry(text.clone()).or_default() += 1);
        assert_eq!(serde_json::from_value::<BTreeMap<String, u64>>(info[counted].clone()).unwrap(), expected);
    }
    let text = String::from_utf8(workplace.run(&["info", "demo"]).stdout).unwrap();
    assert!(text.contains("475 tracks, 2121 excerpts, 1 segments"), "{text}");
    assert!(workplace.failure(&["info", "music"]).contains("There is no catalogue in music"));
}
