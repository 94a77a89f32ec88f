use serde_json::Value;

use crate::{Workplace, models};

#[test]
fn attributes_are_learnt_of_two_artists_and_written_whole() {
    let workplace = Workplace::with(&["vorbis.ogg", "cbr.mp3"]);
    let sentence = workplace.failure(&["attributes", "music"]);
    assert!(sentence.contains("Music of at least two artists is needed."), "{sentence}");
    assert!(!workplace.path("attributes.json").exists());

    let example = models().join("../www/public/example.mp3");
    std::fs::copy(example, workplace.path("music/example.mp3")).unwrap();
    let table = "path,artist,style\nvorbis.ogg,One,\ncbr.mp3,One,\nexample.mp3,Other,\n";
    std::fs::write(workplace.path("music/tracks.csv"), table).unwrap();
    let said = workplace.sonoscape(&["attributes", "music", "--tracks", "music/tracks.csv"]).output().unwrap();
    assert!(said.status.success() && String::from_utf8_lossy(&said.stdout).contains("dark – bright"));
    let learnt: Value = serde_json::from_slice(&std::fs::read(workplace.path("attributes.json")).unwrap()).unwrap();
    assert_eq!(learnt["excerpts"], 3);
    assert!(
        learnt["attributes"].as_array().unwrap().iter().all(|each| each["weights"].as_array().unwrap().len() == 256)
    );
}
