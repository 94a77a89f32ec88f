//! A disk that takes nothing more: what was there stays, what was begun is gone on with.

use std::fs;
use std::process::{Command, Output};

use crate::Workplace;
use crate::train::{music, succeed};

/// Runs the program where no file may grow beyond `blocks` of 512 bytes.
pub fn with_room_for(workplace: &Workplace, blocks: usize, arguments: &[&str]) -> Output {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_sonoscape")])
        .args(arguments)
        .current_dir(workplace.0.path())
        .output()
        .unwrap()
}

pub fn refusal(workplace: &Workplace, blocks: usize, arguments: &[&str]) -> String {
    let output = with_room_for(workplace, blocks, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && !said.contains("panicked"), "{said}");
    said
}

#[test]
fn a_store_that_finds_no_room_is_gone_on_with_when_there_is() {
    let workplace = music();
    let analyse = ["analyse", "music", "--output", "mels.bin"];
    let said = refusal(&workplace, 150, &analyse);
    assert!(said.contains("mels.part cannot be written") && said.contains("run the same command"), "{said}");
    assert!(!workplace.path("mels.bin").exists());
    succeed(&workplace, &analyse);
    succeed(&workplace, &["analyse", "music", "--output", "straight.bin"]);
    assert!(fs::read(workplace.path("mels.bin")).unwrap() == fs::read(workplace.path("straight.bin")).unwrap());
}

#[test]
fn a_checkpoint_that_finds_no_room_leaves_the_one_before() {
    let workplace = music();
    succeed(&workplace, &["analyse", "music", "--output", "mels.bin"]);
    let train = ["train", "mels.bin", "--run", "run", "--config", "settings.json", "--steps"];
    succeed(&workplace, &[&train[..], &["1"]].concat());
    let before = fs::read(workplace.path("run/checkpoint.bin")).unwrap();
    let said = refusal(&workplace, 20, &[&train[..], &["2"]].concat());
    assert!(said.contains("checkpoint.bin cannot be written"), "{said}");
    assert!(fs::read(workplace.path("run/checkpoint.bin")).unwrap() == before);
    assert!(!workplace.path("run/checkpoint.bin.tmp").exists());
    succeed(&workplace, &[&train[..], &["2"]].concat());
}

#[test]
fn an_encoder_that_finds_no_room_leaves_the_one_before() {
    let workplace = music();
    succeed(&workplace, &["analyse", "music", "--output", "mels.bin"]);
    succeed(&workplace, &["train", "mels.bin", "--run", "run", "--config", "settings.json"]);
    fs::create_dir(workplace.path("exported")).unwrap();
    fs::write(workplace.path("exported/encoder.onnx"), "the one before").unwrap();
    let said = refusal(&workplace, 20, &["export", "run", "--output", "exported", "--shrinkage", "1"]);
    assert!(said.contains("encoder.onnx cannot be written"), "{said}");
    assert_eq!(fs::read(workplace.path("exported/encoder.onnx")).unwrap(), b"the one before");
    assert_eq!(fs::read_dir(workplace.path("exported")).unwrap().count(), 1);
}
