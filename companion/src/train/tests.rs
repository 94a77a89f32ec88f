use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use burn::config::Config;
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};

use super::checkpoint::Checkpoint;
use super::data::held_out;
use super::listening::Listening;
use super::model::{AutoencoderConfig, Pooling};
use super::teacher::PATCH_S;
use super::{Data, Limit, RunConfig, RunFolder, Teacher, metrics, train};
use crate::mel_store::{MelStore, synthetic};

const SIDE: usize = 16;

fn tiny() -> RunConfig {
    let model = AutoencoderConfig::new()
        .with_side(SIDE)
        .with_time_filters([2, 3, 4, 5])
        .with_frequency_filters([2, 3, 4, 5])
        .with_decoder_filters([2, 3, 4, 4])
        .with_latents(3);
    RunConfig::new(model).with_batch_size(4).with_report_every(2).with_checkpoint_every(3).with_validation_tiles(6)
}

fn listening() -> RunConfig {
    tiny().with_batch_size(6).with_listening(Some(Listening::new().with_redrawn(2)))
}

fn trained(folder: &Path, store: &MelStore, config: &RunConfig, steps: &[u64]) -> Checkpoint {
    fs::create_dir_all(folder).unwrap();
    let run = RunFolder::new(folder);
    let data = Data::new(store, SIDE, config.seed, config.validation_share);
    for &steps in steps {
        train(config, &data, None, &run, &Limit { steps, minutes: None }, &Device::flex()).unwrap();
    }
    run.load_checkpoint(config, &Device::flex()).unwrap()
}

fn weights(module: &impl Module) -> Vec<f32> {
    struct Gather(Vec<f32>);
    impl ModuleVisitor for Gather {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(param.val().into_data().try_into_vec::<f32>().unwrap());
        }
    }
    let mut gather = Gather(Vec::new());
    module.visit(&mut gather);
    gather.0
}

#[test]
fn the_networks_have_the_reference_systems_numbers_of_parameters() {
    let model = AutoencoderConfig::new().init(0, &Device::flex());
    assert_eq!(model.encoder.num_params(), 1_000_384);
    assert_eq!(model.decoder.num_params(), 6_927_489);
}

#[test]
fn the_time_branch_slides_along_time() {
    let device = Device::flex();
    let model = AutoencoderConfig::new().with_side(SIDE).init(0, &device);
    let tiles = Tensor::<3>::ones([1, SIDE, SIDE], &device);
    let altered = tiles.clone().slice_assign([0..1, 0..SIDE, SIDE - 1..SIDE], Tensor::zeros([1, SIDE, 1], &device));
    let convolution = &model.encoder.as_ref().unwrap().time.layers[0].convolution;
    let change = (convolution.forward(tiles) - convolution.forward(altered)).abs().sum_dim(1);
    let change = change.into_data().try_into_vec::<f32>().unwrap();
    let (late, early) = change.split_last().unwrap();
    assert!(*late > 0.0 && early.iter().all(|&value| value == 0.0), "{change:?}");
}

#[test]
fn windows_of_a_pooled_branch_may_change_places() {
    let device = Device::flex();
    let pooled = AutoencoderConfig::new().with_side(SIDE).with_pooling(Some(Pooling::new().with_window(4)));
    let values: Vec<f32> = (0..SIDE * SIDE).map(|i| (0.3 * i as f32).sin()).collect();
    let tile = Tensor::<1>::from_floats(&values[..], &device).reshape([1, SIDE, SIDE]);
    let other_order = Tensor::cat(vec![tile.clone().narrow(2, 4, 12), tile.clone().narrow(2, 0, 4)], 2);
    let differ = |config: &AutoencoderConfig| {
        let frequency = |tile: &Tensor<3>| {
            let latents = config.init(0, &device).encode(tile.clone());
            latents.narrow(1, config.latents, config.latents)
        };
        (frequency(&tile) - frequency(&other_order)).abs().max().into_scalar::<f32>()
    };
    assert!(differ(&pooled) < 1e-4 && differ(&AutoencoderConfig::new().with_side(SIDE)) > 1e-2);
}

#[test]
fn a_run_leaves_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    trained(&folder.path().join("run"), &store, &tiny(), &[6]);
    let run = RunFolder::new(&folder.path().join("run"));
    let curves = fs::read_to_string(run.curves()).unwrap();
    assert_eq!(["#0072B2", "#D55E00"].map(|colour| curves.matches(colour).count()), [2, 1]);
    let reader = png::Decoder::new(BufReader::new(File::open(run.reconstructions()).unwrap())).read_info().unwrap();
    let picture = reader.info();
    assert_eq!((picture.width as usize % SIDE, picture.height as usize), (0, 2 * SIDE));
}

#[test]
fn a_seed_gives_the_same_weights_and_another_seed_gives_others() {
    let init = |seed| weights(&AutoencoderConfig::new().with_side(SIDE).init(seed, &Device::flex()));
    assert!(init(5) == init(5));
    assert!(init(5) != init(6));
}

#[test]
fn a_run_that_was_interrupted_equals_one_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    let straight = trained(&folder.path().join("straight"), &store, &tiny(), &[7]);
    let resumed = trained(&folder.path().join("resumed"), &store, &tiny(), &[1, 2, 5, 7]);
    assert!(weights(&straight.model) == weights(&resumed.model));
    assert_eq!(straight.progress.training_mse, resumed.progress.training_mse);
    assert_eq!(straight.progress.validation_mse, resumed.progress.validation_mse);
    assert_eq!(straight.progress.step, 7);
}

#[test]
fn listening_goes_on_exactly_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    let straight = trained(&folder.path().join("straight"), &store, &listening(), &[5]);
    let resumed = trained(&folder.path().join("resumed"), &store, &listening(), &[2, 5]);
    assert!(weights(&straight.model) == weights(&resumed.model));
    assert_eq!(straight.progress.training_loss, resumed.progress.training_loss);
}

#[test]
fn the_basic_network_learns_by_redrawing_and_by_listening() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    for (name, config) in [("redrawing", tiny()), ("listening", listening())] {
        let mut config = config.with_learning_rate(1e-2);
        config.model.basic_filters = Some([2, 3, 4, 5]);
        let straight = trained(&folder.path().join(name), &store, &config, &[40]);
        let resumed = trained(&folder.path().join(name).join("resumed"), &store, &config, &[10, 40]);
        assert!(weights(&straight.model) == weights(&resumed.model));
        let rows = metrics::read(&folder.path().join(name).join("metrics.csv")).unwrap();
        let (first, last) = (rows[0].training_mse.unwrap(), rows.last().unwrap().training_mse.unwrap());
        assert!(last < 0.9 * first, "{name}: {first} to {last}");
    }
}

#[test]
fn listening_brings_tiles_of_one_recording_together() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    let mut config = listening().with_learning_rate(1e-2).with_batch_size(12).with_report_every(40);
    config.model.latents = 8;
    trained(&folder.path().join("run"), &store, &config, &[200]);
    let rows = metrics::read(&folder.path().join("run/metrics.csv")).unwrap();
    let (first, last) = (rows[0].training_loss.unwrap(), rows.last().unwrap().training_loss.unwrap());
    assert!(last < 0.9 * first, "{first} to {last}");
}

#[test]
fn the_learning_rate_falls_along_a_cosine_where_it_is_told_to() {
    let config = tiny().with_steps(100).with_learning_rate(2.0);
    assert_eq!([0, 50, 100].map(|step| config.rate(step)), [2.0, 2.0, 2.0]);
    let config = config.with_decay(true);
    assert_eq!(config.rate(0), 2.0);
    assert!((config.rate(50) - 1.01).abs() < 1e-12 && (config.rate(200) - 0.02).abs() < 1e-12);
}

#[test]
fn a_step_hears_each_recording_twice() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    let data = Data::new(&store, SIDE, 3, 0.3);
    let pairs = |step| data.pairs(step, 6, 0.5, None, &Device::flex()).unwrap();
    for step in 0..20 {
        let tracks = pairs(step).tracks;
        let (first, second) = tracks.split_at(3);
        assert_eq!(first, second);
        assert!(first[0] != first[1] && first[1] != first[2] && first[2] != first[0], "{tracks:?}");
    }
    let tiles = |step| pairs(step).tiles.into_data().try_into_vec::<f32>().unwrap();
    assert_eq!(pairs(1).tiles.dims(), [6, SIDE, SIDE]);
    assert!(tiles(1) == tiles(1) && tiles(1) != tiles(2));
    assert!(tiles(1).iter().all(|value| (0.0..=1.0).contains(value)));
    let error = data.pairs(1, 40, 0.0, None, &Device::flex()).err().unwrap();
    assert!(error.to_string().contains("too many for this music"), "{error}");
}

#[test]
fn settings_that_cannot_be_carried_out_are_refused() {
    let listening = |change: fn(&mut Listening)| {
        let mut listening = Listening::new();
        change(&mut listening);
        RunConfig::new(AutoencoderConfig::new()).with_listening(Some(listening))
    };
    assert!(listening(|_| ()).check().is_ok());
    let redrawing = RunConfig::new(AutoencoderConfig::new());
    for config in [
        redrawing.clone().with_batch_size(0),
        redrawing.clone().with_report_every(0),
        redrawing.clone().with_checkpoint_every(0),
        RunConfig::new(AutoencoderConfig::new().with_side(64)),
        RunConfig::new(AutoencoderConfig::new().with_decoder_filters([8, 0, 8, 8])),
        RunConfig::new(AutoencoderConfig::new().with_pooling(Some(Pooling::new().with_window(0)))),
        RunConfig::new(AutoencoderConfig::new().with_pooling(Some(Pooling::new().with_window(48)))),
        RunConfig::new(AutoencoderConfig::new().with_pooling(Some(Pooling::new().with_summary(0)))),
        RunConfig::new(AutoencoderConfig::new().with_basic_filters(Some([8, 0, 8, 8]))),
        RunConfig::new(AutoencoderConfig::new().with_basic_filters(Some([8; 4])).with_pooling(Some(Pooling::new()))),
        redrawing.clone().with_tiles_per_excerpt(0),
        listening(|_| ()).with_batch_size(7),
        listening(|listening| listening.temperature = 0.0),
        listening(|listening| listening.redrawn = 0),
        listening(|listening| listening.teacher = 200),
    ] {
        assert!(config.check().is_err(), "{config:?}");
    }
}

#[test]
fn the_shipped_settings_can_be_carried_out() {
    for name in ["sonoscape", "time-frequency", "basic"] {
        let path = format!("{}/../models/{name}.json", env!("CARGO_MANIFEST_DIR"));
        RunConfig::load(path).unwrap().check().unwrap();
    }
}

#[test]
fn a_teacher_is_read_standardised_and_asked_by_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    let teacher = |name: &str, patches: [f32; 4]| {
        let header = "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 2), }\n";
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(patches.iter().flat_map(|&value| half::f16::from_f32(value).to_le_bytes()));
        fs::write(folder.path().join(name), bytes).unwrap();
    };
    assert!(Teacher::read(folder.path(), &store.tracks, 2).is_err());
    teacher("0.wav.npy", [1.0, 5.0, 3.0, 5.0]);
    teacher("2.npy", [f32::NAN; 4]);
    assert!(Teacher::read(folder.path(), &store.tracks, 2).is_err());
    fs::remove_file(folder.path().join("2.npy")).unwrap();
    teacher("1.npy", [1.0, 5.0, 3.0, 5.0]);
    assert!(Teacher::read(folder.path(), &store.tracks, 3).is_err());
    let heard = Teacher::read(folder.path(), &store.tracks, 2).unwrap();
    assert_eq!(heard.dimension, 2);
    assert_eq!(heard.heard(0, 0.0, PATCH_S), Some(vec![-1.0, 0.0]));
    let both = heard.heard(1, 0.0, 2.0 * PATCH_S).unwrap();
    assert!(both.iter().all(|value| value.abs() < 1e-6), "{both:?}");
    assert_eq!(heard.heard(1, 2.0 * PATCH_S, 3.0 * PATCH_S), None);
    assert_eq!(heard.heard(2, 0.0, 1.0), None);
}

#[test]
fn rows_from_after_the_checkpoint_are_dropped_when_a_killed_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    let run = folder.path().join("run");
    trained(&run, &store, &tiny(), &[3]);
    let checkpoint = fs::read(RunFolder::new(&run).checkpoint()).unwrap();
    trained(&run, &store, &tiny(), &[6]);
    fs::write(RunFolder::new(&run).checkpoint(), checkpoint).unwrap();
    trained(&run, &store, &tiny(), &[8]);
    let rows = metrics::read(&RunFolder::new(&run).metrics()).unwrap();
    let steps: Vec<u64> = rows.iter().map(|row| row.step).collect();
    assert_eq!(steps, [2, 4, 6, 8]);
    assert!(rows.iter().all(|row| row.tile_steps == 4 * row.step));
}

#[test]
fn the_loss_falls() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    let config = tiny().with_learning_rate(1e-2);
    trained(&folder.path().join("run"), &store, &config, &[60]);
    let rows = metrics::read(&folder.path().join("run/metrics.csv")).unwrap();
    let (first, last) = (rows[0].training_mse.unwrap(), rows.last().unwrap().training_mse.unwrap());
    assert!(last < 0.8 * first, "{first} to {last}");
}

#[test]
fn training_that_diverges_stops_with_a_sentence_and_keeps_the_last_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    let run = folder.path().join("run");
    let before = trained(&run, &store, &tiny(), &[1]);
    let config = tiny().with_learning_rate(f64::INFINITY);
    let data = Data::new(&store, SIDE, config.seed, config.validation_share);
    let limit = Limit { steps: 9, minutes: None };
    let error = train(&config, &data, None, &RunFolder::new(&run), &limit, &Device::flex()).err().unwrap();
    assert!(error.to_string().contains("Lower the learning rate"), "{error}");
    let after = RunFolder::new(&run).load_checkpoint(&config, &Device::flex()).unwrap();
    assert!(weights(&before.model) == weights(&after.model));
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    let run = folder.path().join("run");
    trained(&run, &store, &tiny(), &[1]);
    let path = RunFolder::new(&run).checkpoint();
    let bytes = fs::read(&path).unwrap();
    for length in [0, 4, 20, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        let error = RunFolder::new(&run).load_checkpoint(&tiny(), &Device::flex()).err().unwrap();
        assert!(error.to_string().contains("cannot be used"), "{error}");
    }
}

#[test]
fn artists_are_held_out_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    for seed in 0..20 {
        let held_out = held_out(&store.tracks, seed, 0.3);
        let count = held_out.iter().filter(|&&out| out).count();
        assert!(0 < count && count < store.tracks.len());
        for (a, b) in store.tracks.iter().zip(&held_out) {
            for (c, d) in store.tracks.iter().zip(&held_out) {
                assert!(a.artist != c.artist || b == d, "{} is on both sides", a.artist);
            }
        }
    }
}

#[test]
fn where_one_artist_is_known_each_track_counts_as_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = synthetic(&folder.path().join("mels.bin"), SIDE);
    let numbers = |store: &MelStore| {
        let data = Data::new(store, SIDE, 1, 0.1);
        (0..store.tracks.len()).map(|track| data.artist(track)).collect::<std::collections::BTreeSet<_>>().len()
    };
    assert!(numbers(&store) < store.tracks.len());
    store.tracks.iter_mut().for_each(|track| track.artist = "music".into());
    assert_eq!(numbers(&store), store.tracks.len());
}

#[test]
fn a_step_sees_the_same_tiles_whenever_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    let data = Data::new(&store, SIDE, 3, 0.3);
    let batch = |step| data.batch(step, 4, &Device::flex()).unwrap().into_data().try_into_vec::<f32>().unwrap();
    assert!(batch(8) == batch(8));
    assert!(batch(8) != batch(9));
}
