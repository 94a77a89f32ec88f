use std::fs;
use std::path::Path;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};

use super::checkpoint::Checkpoint;
use super::data::held_out;
use super::model::AutoencoderConfig;
use super::{Data, Limit, RunConfig, RunFolder, metrics, train};
use crate::mel_store::{MelStore, synthetic};

const SIDE: usize = 16;

fn tiny() -> RunConfig {
    let model = AutoencoderConfig::new()
        .with_side(SIDE)
        .with_filters([2, 3, 4, 5])
        .with_decoder_filters([2, 3, 4, 4])
        .with_latents(3);
    RunConfig::new(model).with_batch_size(4).with_report_every(2).with_checkpoint_every(3).with_validation_tiles(6)
}

fn trained(folder: &Path, store: &MelStore, config: &RunConfig, steps: &[u64]) -> Checkpoint {
    fs::create_dir_all(folder).unwrap();
    let run = RunFolder::new(folder);
    let data = Data::new(store, SIDE, config.seed, config.validation_share);
    for &steps in steps {
        train(config, &data, &run, &Limit { steps, minutes: None }).unwrap();
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
    let convolution = &model.encoder.time.layers[0].convolution;
    let change = (convolution.forward(tiles) - convolution.forward(altered)).abs().sum_dim(1);
    let change = change.into_data().try_into_vec::<f32>().unwrap();
    let (late, early) = change.split_last().unwrap();
    assert!(*late > 0.0 && early.iter().all(|&value| value == 0.0), "{change:?}");
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
    let error = train(&config, &data, &RunFolder::new(&run), &limit).err().unwrap();
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
fn a_step_sees_the_same_tiles_whenever_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = synthetic(&folder.path().join("mels.bin"), SIDE);
    let data = Data::new(&store, SIDE, 3, 0.3);
    let batch = |step| data.batch(step, 4, &Device::flex()).unwrap().into_data().try_into_vec::<f32>().unwrap();
    assert!(batch(8) == batch(8));
    assert!(batch(8) != batch(9));
}
