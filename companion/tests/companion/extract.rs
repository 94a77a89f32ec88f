//! Catalogues handed over to other programs.

mod qdrant;
mod server;

use std::fs;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{ListAccessor, Row, RowAccessor};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use sonoscape::Catalogue;
use sonoscape::catalogue::{Entry, Manifest};

use crate::Workplace;
use crate::refused::refusal;
use crate::store::library_of;

const FORMATS: [&str; 3] = ["out.parquet", "out.npy", "out.safetensors"];

/// Everything in the catalogue, as the library reads it.
fn entries(workplace: &Workplace, folder: &str) -> Vec<Entry> {
    let read = |name: &str| fs::read(workplace.path(folder).join(name)).unwrap();
    let mut catalogue = Catalogue::new(Manifest::parse(&read("manifest.json")).unwrap());
    for (segment, entry) in catalogue.manifest().segments.clone().iter().enumerate() {
        catalogue.take_sketch(segment, &read(&entry.sketch.name)).unwrap();
        catalogue.take_codes(segment, read(&entry.codes.name)).unwrap();
    }
    let ids: Vec<_> = catalogue.ids().collect();
    let entry = |id| {
        for text in catalogue.missing_texts(&[id]) {
            catalogue.take_text(text.segment, text.block, &read(&text.shard.name)).unwrap();
        }
        catalogue.entry(id).unwrap()
    };
    ids.into_iter().map(entry).collect()
}

/// Runs the program, holds its report to the manifest and says how many rows there are.
fn extract(workplace: &Workplace, catalogue: &str, output: &str) -> u64 {
    let report = workplace.json(&["extract", catalogue, "--output", output, "--json"]);
    let manifest = workplace.manifest(catalogue);
    let total = |name: &str| {
        let segments = manifest["segments"].as_array().unwrap();
        segments.iter().map(|segment| segment[name].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(report["tracks"], total("tracks"));
    assert_eq!(report["bytes"], fs::metadata(workplace.path(output)).unwrap().len());
    assert!(report["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(report["rows"], total("excerpts"));
    total("excerpts")
}

/// A catalogue of two segments in `large`.
fn large() -> Workplace {
    let workplace = library_of(2100);
    workplace.json(&["pack", "--library", "library.sqlite", "--output", "large", "--json"]);
    assert_eq!(workplace.manifest("large")["segments"].as_array().unwrap().len(), 2);
    workplace
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().copied().map(f32::from_le_bytes).collect()
}

#[test]
fn an_npy_file_and_a_safetensors_file_hold_every_excerpt_of_every_segment_in_order() {
    let workplace = large();
    let rows = extract(&workplace, "large", "out.npy") as usize;
    let entries = entries(&workplace, "large");
    let excerpts: Vec<_> = entries.iter().flat_map(|entry| &entry.excerpts).collect();
    let vectors: Vec<f32> = excerpts.iter().flat_map(|excerpt| excerpt.code.dequantize()).collect();
    let npy = fs::read(workplace.path("out.npy")).unwrap();
    let (header, data) = npy.split_at(128);
    assert!(
        String::from_utf8_lossy(header)
            .contains(&format!("'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, 256)"))
    );
    assert!(floats(data) == vectors);

    extract(&workplace, "large", "out.safetensors");
    let bytes = fs::read(workplace.path("out.safetensors")).unwrap();
    let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    let said = metadata.metadata().as_ref().unwrap();
    assert_eq!((said["dimension"].as_str(), said["format_version"].as_str()), ("256", "1"));
    assert_eq!(said["encoder"], workplace.manifest("large")["encoder"].as_str().unwrap());
    let file = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(file.len(), 5);
    let tensor = |name: &str, dtype: Dtype, shape: &[usize]| -> TensorView {
        let tensor = file.tensor(name).unwrap();
        assert_eq!((tensor.dtype(), tensor.shape()), (dtype, shape), "{name}");
        tensor
    };
    assert!(floats(tensor("embeddings", Dtype::F32, &[rows, 256]).data()) == vectors);
    let scales: Vec<f32> = excerpts.iter().map(|excerpt| excerpt.code.scale).collect();
    assert!(floats(tensor("scales", Dtype::F32, &[rows]).data()) == scales);
    let starts: Vec<f32> = excerpts.iter().map(|excerpt| excerpt.start_s).collect();
    assert!(floats(tensor("starts_s", Dtype::F32, &[rows]).data()) == starts);
    let numbers = entries.iter().zip(0u32..).flat_map(|(entry, track)| vec![track; entry.excerpts.len()]);
    let numbers: Vec<u8> = numbers.flat_map(u32::to_le_bytes).collect();
    assert!(tensor("tracks", Dtype::U32, &[rows]).data() == numbers);
    let codes: Vec<u8> = excerpts.iter().flat_map(|e| e.code.values.iter().map(|value| *value as u8)).collect();
    assert!(tensor("codes", Dtype::I8, &[rows, 256]).data() == codes);
}

#[test]
fn a_parquet_file_has_a_row_group_a_segment() {
    let workplace = large();
    let rows = extract(&workplace, "large", "out.parquet");
    let reader = SerializedFileReader::new(fs::File::open(workplace.path("out.parquet")).unwrap()).unwrap();
    let groups: Vec<u64> = reader.metadata().row_groups().iter().map(|group| group.num_rows() as u64).collect();
    let manifest = workplace.manifest("large");
    let segments: Vec<u64> = (0..2).map(|i| manifest["segments"][i]["excerpts"].as_u64().unwrap()).collect();
    assert_eq!((&groups, groups.iter().sum::<u64>()), (&segments, rows));
    let last = reader.get_row_iter(None).unwrap().last().unwrap().unwrap();
    assert_eq!(last.get_uint(0).unwrap(), 2099);
}

#[test]
fn a_parquet_file_holds_everything_that_the_catalogue_does() {
    let workplace = Workplace::with_demo();
    extract(&workplace, "demo", "out.parquet");
    let reader = SerializedFileReader::new(fs::File::open(workplace.path("out.parquet")).unwrap()).unwrap();
    let said = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let said = |key: &str| said.iter().find(|said| said.key == key).unwrap().value.clone().unwrap();
    assert_eq!(said("sonoscape.encoder"), workplace.manifest("demo")["encoder"].as_str().unwrap());
    assert_eq!((said("sonoscape.dimension"), said("sonoscape.format_version")), ("256".into(), "1".into()));
    let mut rows = reader.get_row_iter(None).unwrap().map(Result::unwrap);
    for (entry, number) in entries(&workplace, "demo").iter().zip(0..) {
        for excerpt in &entry.excerpts {
            let row = rows.next().unwrap();
            assert_eq!(row.get_uint(0).unwrap(), number);
            assert_eq!(row.get_float(1).unwrap(), excerpt.start_s);
            assert_eq!(row.get_float(2).unwrap(), excerpt.code.scale);
            let vector = row.get_list(3).unwrap();
            let vector: Vec<f32> = (0..vector.len()).map(|place| vector.get_float(place).unwrap()).collect();
            assert_eq!(vector, excerpt.code.dequantize());
            check_track(&row, entry);
        }
    }
    assert!(rows.next().is_none());
}

fn check_track(row: &Row, entry: &Entry) {
    let track = &entry.track;
    let position = entry.position.map(|position| (position.x, position.y));
    assert_eq!(row.get_ushort(4).ok().zip(row.get_ushort(5).ok()), position);
    assert_eq!(row.get_ushort(6).ok(), entry.cluster);
    assert_eq!(row.get_ushort(7).ok(), track.year);
    assert_eq!(row.get_float(8).unwrap(), track.duration_s);
    let texts = [
        ("title", &track.title),
        ("artist", &track.artist),
        ("album", &track.album),
        ("source", &track.source),
        ("source_id", &track.source_id),
        ("isrc", &track.isrc),
        ("licence", &track.licence),
        ("attribution", &track.attribution),
        ("page", &track.page),
        ("audio", &track.audio),
        ("style", &track.style),
        ("changes", &track.changes),
    ];
    let names: Vec<&String> = row.get_column_iter().skip(9).map(|(name, _)| name).collect();
    assert_eq!(names, texts.map(|(name, _)| name));
    for (place, (name, text)) in (9..).zip(texts) {
        let found = row.get_string(place).ok().map(String::as_str);
        assert_eq!(found, Some(text.as_str()).filter(|text| !text.is_empty()), "{name}");
    }
}

#[test]
fn a_file_that_is_there_is_replaced() {
    let workplace = Workplace::with_demo();
    for output in FORMATS {
        fs::write(workplace.path(output), "the one before").unwrap();
        extract(&workplace, "demo", output);
        assert!(!workplace.path(&format!("{output}.tmp")).exists());
    }
}

#[test]
fn a_damaged_catalogue_or_none_leaves_what_was_there() {
    let workplace = Workplace::with_demo();
    fs::write(workplace.path("out.parquet"), "the one before").unwrap();
    let refused = |catalogue: &str, sentence: &str| {
        let said = workplace.failure(&["extract", catalogue, "--output", "out.parquet"]);
        assert!(said.contains(sentence), "{said}");
        assert_eq!(fs::read(workplace.path("out.parquet")).unwrap(), b"the one before");
        assert!(!workplace.path("out.parquet.tmp").exists());
    };
    refused("none", "There is no catalogue in none");
    for kind in ["sketch-", "codes-", "text-"] {
        let place = workplace.path("demo").join(workplace.shard("demo", kind));
        let bytes = fs::read(&place).unwrap();
        let mut altered = bytes.clone();
        altered[bytes.len() / 2] ^= 16;
        fs::write(&place, altered).unwrap();
        refused("demo", "The catalogue is damaged");
        fs::remove_file(&place).unwrap();
        refused("demo", "cannot be read");
        fs::write(&place, bytes).unwrap();
    }
}

#[test]
fn a_disk_without_room_leaves_what_was_there() {
    let workplace = Workplace::with_demo();
    for output in FORMATS {
        fs::write(workplace.path(output), "the one before").unwrap();
        let said = refusal(&workplace, 500, &["extract", "demo", "--output", output]);
        assert!(said.contains(&format!("{output} cannot be written")) && said.contains("has room"), "{said}");
        assert_eq!(fs::read(workplace.path(output)).unwrap(), b"the one before");
        assert!(!workplace.path(&format!("{output}.tmp")).exists());
    }
}

#[test]
fn a_place_that_cannot_be_is_refused_before_any_work() {
    let workplace = Workplace::with_demo();
    fs::create_dir(workplace.path("folder.npy")).unwrap();
    let cases: [(&[&str], &str); 6] = [
        (&["--output", "out.csv"], "out.csv must end in .parquet, .npy or .safetensors."),
        (&["--output", "deep/out.npy"], "There is no folder deep."),
        (&["--output", "folder.npy"], "folder.npy is a folder."),
        (&[], "--output <FILE>"),
        (&["--qdrant", "http://127.0.0.1:1"], "--collection <NAME>"),
        (&["--output", "out.npy", "--qdrant", "http://127.0.0.1:1", "--collection", "a"], "cannot be used with"),
    ];
    for (more, sentence) in cases {
        let said = workplace.failure(&[&["extract", "demo"], more].concat());
        assert!(said.contains(sentence), "{said}");
    }
    assert_eq!(fs::read_dir(workplace.path("")).unwrap().count(), 3);
}
