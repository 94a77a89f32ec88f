use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

use super::*;
use crate::decode::decode;

/// A score at 120 beats a minute: for a second, `channel` plays `key` on `program`.
fn score(channel: u8, program: Option<u8>, key: u8) -> Vec<u8> {
    let midi = |delta: u32, message| {
        let kind = TrackEventKind::Midi { channel: channel.into(), message };
        TrackEvent { delta: delta.into(), kind }
    };
    let (key, vel) = (key.into(), 100.into());
    let mut track: Vec<_> =
        program.map(|program| midi(0, MidiMessage::ProgramChange { program: program.into() })).into_iter().collect();
    track.push(midi(0, MidiMessage::NoteOn { key, vel }));
    track.push(midi(960, MidiMessage::NoteOff { key, vel }));
    track.push(TrackEvent { delta: 0.into(), kind: TrackEventKind::Meta(MetaMessage::EndOfTrack) });
    let header = Header::new(Format::SingleTrack, Timing::Metrical(480.into()));
    let mut bytes = Vec::new();
    Smf { header, tracks: vec![track] }.write_std(&mut bytes).unwrap();
    bytes
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&name[..], &(body.len() as u32).to_le_bytes(), body].concat()
}

fn list(name: &[u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    chunk(b"LIST", &[&name[..], &chunks.concat()].concat())
}

fn name(text: &str) -> Vec<u8> {
    let mut name = text.as_bytes().to_vec();
    name.resize(20, 0);
    name
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A SoundFont of one instrument: a looped sine of key 69, 440 Hz.
fn sine_soundfont() -> Vec<u8> {
    let period = f64::from(SAMPLE_RATE) / 440.0;
    let length = (period * 100.0).round() as usize;
    let sample = |i: usize| ((i as f64 / period * std::f64::consts::TAU).sin() * 20_000.0) as i16 as u16;
    let mut samples: Vec<u16> = (0..length).map(sample).collect();
    samples.extend([0; 46]);
    let info = list(b"INFO", &[chunk(b"ifil", &words(&[2, 1])), chunk(b"INAM", b"sine")]);
    let data = list(b"sdta", &[chunk(b"smpl", &words(&samples))]);
    let preset = |title: &str, bag: u16| [name(title), words(&[0, 0, bag]), vec![0; 12]].concat();
    let instrument = |title: &str, bag: u16| [name(title), words(&[bag])].concat();
    let header = |title: &str, end: usize| {
        let bounds = [0u32, end as u32, 0, end as u32, SAMPLE_RATE].map(u32::to_le_bytes).concat();
        [name(title), bounds, vec![69, 0], words(&[0, 1])].concat()
    };
    let presets = list(
        b"pdta",
        &[
            chunk(b"phdr", &[preset("sine", 0), preset("EOP", 1)].concat()),
            chunk(b"pbag", &words(&[0, 0, 1, 0])),
            chunk(b"pmod", &[0; 10]),
            chunk(b"pgen", &words(&[41, 0, 0, 0])),
            chunk(b"inst", &[instrument("sine", 0), instrument("EOI", 1)].concat()),
            chunk(b"ibag", &words(&[0, 0, 2, 0])),
            chunk(b"imod", &[0; 10]),
            chunk(b"igen", &words(&[54, 1, 53, 0, 0, 0])),
            chunk(b"shdr", &[header("sine", length), header("EOS", 0)].concat()),
        ],
    );
    chunk(b"RIFF", &[&b"sfbk"[..], &info, &data, &presets].concat())
}

/// A folder with a SoundFont and scores, and the arguments that render them.
fn prepared(scores: &[(&str, Vec<u8>)]) -> (tempfile::TempDir, Args) {
    let folder = tempfile::tempdir().unwrap();
    let (soundfont, source) = (folder.path().join("sine.sf2"), folder.path().join("scores"));
    fs::write(&soundfont, sine_soundfont()).unwrap();
    for (path, bytes) in scores {
        fs::create_dir_all(source.join(path).parent().unwrap()).unwrap();
        fs::write(source.join(path), bytes).unwrap();
    }
    let output = folder.path().join("sound");
    (folder, Args { scores: source, soundfont, output, change_instruments: None, seconds: 600 })
}

#[test]
fn a_score_sounds_at_its_pitch_for_its_length() {
    let (_folder, args) = prepared(&[("a/up.mid", score(0, None, 81))]);
    run(&args).unwrap();
    let sound = decode(&args.output.join("a/up.wav")).unwrap();
    let samples = &sound.channels[0];
    assert_eq!(samples.len(), (SAMPLE_RATE as usize) * 4);
    let second = &samples[2_000..2_000 + SAMPLE_RATE as usize / 2];
    let crossings = second.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    assert!((438..=442).contains(&crossings), "{crossings} periods in half a second");
    let peak = samples.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    assert!((peak - PEAK).abs() < 1e-3, "{peak}");
}

#[test]
fn what_is_there_stays_and_what_is_broken_is_left_out() {
    let (_folder, args) = prepared(&[
        ("good.MID", score(0, None, 60)),
        ("kept.mid", score(0, None, 60)),
        ("broken.mid", b"MThd\0\0\0\x06\0\0".to_vec()),
        ("silent.mid", score(0, None, 60)[..14].to_vec()),
    ]);
    fs::create_dir_all(&args.output).unwrap();
    fs::write(args.output.join("kept.wav"), b"mine").unwrap();
    run(&args).unwrap();
    let mut written: Vec<_> =
        fs::read_dir(&args.output).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    written.sort();
    assert_eq!(written, ["good.wav", "kept.wav"]);
    assert_eq!(fs::read(args.output.join("kept.wav")).unwrap(), b"mine");
}

#[test]
fn without_a_soundfont_or_a_score_it_says_so() {
    let (folder, mut args) = prepared(&[("notes.txt", b"none".to_vec())]);
    assert!(run(&args).unwrap_err().to_string().contains("MIDI files are wanted"));
    args.soundfont = folder.path().join("scores/notes.txt");
    assert!(run(&args).unwrap_err().to_string().contains("cannot be used as a SoundFont"));
}

/// The programs that a score names on a channel.
fn programs(score: &[u8], wanted: u8) -> Vec<u8> {
    let smf = Smf::parse(score).unwrap();
    let program = |event: &TrackEvent<'_>| match event.kind {
        TrackEventKind::Midi { channel, message: MidiMessage::ProgramChange { program } }
            if channel.as_int() == wanted =>
        {
            Some(program.as_int())
        }
        _ => None,
    };
    smf.tracks.iter().flatten().filter_map(program).collect()
}

#[test]
fn instruments_change_basses_stay_basses_and_drums_stay_drums() {
    let change =
        |score: &[u8], path: &str| instruments::change(score, &mut instruments::stream(1, Path::new(path))).unwrap();
    let changed: Vec<u8> = (0..50).map(|i| programs(&change(&score(3, Some(5), 60), &i.to_string()), 3)[1]).collect();
    assert!(changed.iter().any(|&program| program != 5));
    assert!(changed.iter().all(|&program| program < 112 && !(32..40).contains(&program)), "{changed:?}");
    assert!((32..40).contains(&programs(&change(&score(3, Some(33), 60), "bass"), 3)[1]));
    assert_eq!(programs(&change(&score(9, Some(16), 60), "drums"), 9), [16]);
    assert_eq!(change(&score(3, None, 60), "same"), change(&score(3, None, 60), "same"));
}
