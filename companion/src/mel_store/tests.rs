use std::fs;
use std::path::Path;

use super::{MAGIC, Manifest, MelStore, Settings, StoredTrack, build, json_record};
use crate::pack::Problem;
use crate::tags::Tags;
use crate::wav;

/// A store of nine tracks by three artists with `bands` bands: sines whose pitch is the track's.
pub fn synthetic(path: &Path, bands: usize) -> MelStore {
    let mut settings = Settings::default();
    settings.front_end.n_mels = bands;
    let mut bytes = [MAGIC.as_slice(), &json_record(&settings).unwrap()].concat();
    for track in 0..9 {
        let stored = StoredTrack {
            path: format!("{track}.wav"),
            artist: format!("artist {}", track % 3),
            licence: "CC0-1.0".into(),
            duration_s: 40.0,
            columns: vec![40, 20],
            starts_s: vec![0.0, 10.0],
            sha256: None,
        };
        bytes.extend(json_record(&stored).unwrap());
        let pixel = |t: usize, band: usize| ((t * (track + 1) + band * band) as f32 * 0.1).sin() * 100.0 + 128.0;
        bytes.extend((0..60).flat_map(|t| (0..bands).map(move |band| pixel(t, band) as u8)));
    }
    fs::write(path, bytes).unwrap();
    MelStore::open(path).unwrap()
}

/// A mono WAV file of `seconds` seconds at 22 050 Hz.
fn write_wav(path: &Path, hertz: f32, seconds: usize) {
    let sine = |n: usize| 0.27 * (n as f32 * hertz / 22_050.0 * std::f32::consts::TAU).sin();
    fs::write(path, wav::mono16(&(0..22_050 * seconds).map(sine).collect::<Vec<_>>())).unwrap();
}

fn music(folder: &Path) {
    fs::create_dir_all(folder.join("b")).unwrap();
    write_wav(&folder.join("a.wav"), 440.0, 9);
    write_wav(&folder.join("b/c.wav"), 880.0, 31);
    fs::write(folder.join("notes.wav"), "not music").unwrap();
}

fn built(store: &Path, folder: &Path) -> (MelStore, Vec<Problem>) {
    build(store, folder, &Manifest::default(), &Settings::default(), |_, _| ()).unwrap()
}

#[test]
fn a_folder_without_music_leaves_no_store_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mels.bin");
    let music = folder.path().join("music");
    fs::create_dir(&music).unwrap();
    let error = build(&path, &music, &Manifest::default(), &Settings::default(), |_, _| ()).err().unwrap();
    assert!(error.to_string().contains("holds no music"), "{error}");
    assert!(!path.exists());
}

#[test]
fn a_folder_becomes_a_store_and_a_file_that_is_no_music_is_named() {
    let folder = tempfile::tempdir().unwrap();
    music(&folder.path().join("music"));
    let (store, problems) = built(&folder.path().join("mels.bin"), &folder.path().join("music"));
    let paths: Vec<_> = store.tracks.iter().map(|track| track.path.as_str()).collect();
    assert_eq!(paths, ["a.wav", "b/c.wav"]);
    assert_eq!(store.tracks[1].artist, "b");
    assert_eq!(store.tracks[1].columns, [512, 512]);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].path, "notes.wav");
}

#[test]
fn stored_pixels_are_the_librarys_within_half_a_level() {
    let folder = tempfile::tempdir().unwrap();
    music(&folder.path().join("music"));
    let (store, _) = built(&folder.path().join("mels.bin"), &folder.path().join("music"));
    let decoded = crate::decode::decode(&folder.path().join("music/a.wav")).unwrap();
    let clip = sonoscape::Clip::from_channels(&decoded.channels, decoded.sample_rate).unwrap();
    let mut front_end = sonoscape::MelFrontEnd::new(&store.settings.front_end).unwrap();
    let expected = front_end.log_mel(clip.excerpts(30.0, 40)[0].samples).image();
    let stored = store.image(&store.excerpts[0]).unwrap();
    assert_eq!((stored.bands, stored.columns), (expected.bands, expected.columns));
    let half_a_level = 0.5 / 255.0 + 1e-6;
    assert!(stored.values.iter().zip(&expected.values).all(|(a, b)| (a - b).abs() <= half_a_level));
}

#[test]
fn an_interrupted_store_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    music(&folder.path().join("music"));
    let whole = folder.path().join("whole.bin");
    built(&whole, &folder.path().join("music"));
    let bytes = fs::read(&whole).unwrap();
    for length in [0, 5, 100, bytes.len() / 3, bytes.len() - 1] {
        let path = folder.path().join("cut.bin");
        fs::write(path.with_extension("part"), &bytes[..length]).unwrap();
        built(&path, &folder.path().join("music"));
        assert_eq!(fs::read(&path).unwrap(), bytes, "cut after {length} bytes");
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_store_in_progress_whose_columns_are_damaged_is_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    music(&folder.path().join("music"));
    let path = folder.path().join("mels.bin");
    built(&path, &folder.path().join("music"));
    let whole = fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    fs::write(path.with_extension("part"), damaged).unwrap();
    fs::remove_file(&path).unwrap();
    built(&path, &folder.path().join("music"));
    assert!(fs::read(&path).unwrap() == whole);
}

#[test]
fn lengths_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mels.bin");
    let sound = synthetic(&path, 16);
    assert!(sound.read(&sound.excerpts[0], 30, 10).is_ok() && sound.read(&sound.excerpts[0], 31, 10).is_err());
    let header = json_record(&sound.settings).unwrap();
    for change in [
        |track: &mut StoredTrack| track.columns[0] = usize::MAX,
        |track: &mut StoredTrack| track.columns = vec![1 << 20; 2],
        |track: &mut StoredTrack| track.starts_s.truncate(1),
        |track: &mut StoredTrack| track.path = "../outside.wav".into(),
        |track: &mut StoredTrack| track.path = "/outside.wav".into(),
    ] {
        let mut track = sound.tracks[0].clone();
        change(&mut track);
        fs::write(&path, [&MAGIC[..], &header, &json_record(&track).unwrap()].concat()).unwrap();
        let error = MelStore::open(&path).err().unwrap();
        assert!(format!("{error:#}").contains("what cannot be"), "{error:#}");
    }
}

#[test]
fn a_store_of_other_settings_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    music(&folder.path().join("music"));
    let path = folder.path().join("mels.bin");
    built(&path, &folder.path().join("music"));
    let other = Settings { most_excerpts: 2, ..Settings::default() };
    let error = build(&path, folder.path(), &Manifest::default(), &other, |_, _| ()).err().unwrap();
    assert!(error.to_string().contains("made with other settings. Make it again"), "{error}");
}

#[test]
fn the_artist_comes_from_the_table_the_tags_or_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("music")).unwrap();
    fs::write(folder.path().join("music/x.wav"), "").unwrap();
    let table = folder.path().join("tracks.csv");
    fs::write(&table, "path,title,artist,licence\nmusic/x.wav,X,Somebody,CC0-1.0\n").unwrap();
    let manifest = Manifest::read(&table, &folder.path().join("music")).unwrap();
    let artist = |file, tags| manifest.entry(&folder.path().join("music").join(file), &tags).artist;
    let tagged = Tags { artist: "Tagged".into(), ..Tags::default() };
    assert_eq!(artist("x.wav", tagged.clone()), "Somebody");
    assert_eq!(artist("y.wav", tagged), "Tagged");
    assert_eq!(artist("y.wav", Tags::default()), "music");
}
