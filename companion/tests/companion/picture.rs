use crate::{Workplace, audio};

#[test]
fn a_sound_gets_its_pictures() {
    let workplace = Workplace::with(&["vorbis.ogg"]);
    let output = workplace.run(&["picture", "music/vorbis.ogg", "--output", "pictures"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let composite = std::fs::File::open(workplace.path("pictures/composite.png")).unwrap();
    let reader = png::Decoder::new(std::io::BufReader::new(composite)).read_info().unwrap();
    let picture = reader.info();
    assert_eq!((picture.color_type, picture.height), (png::ColorType::Rgb, 128));
    assert!(std::fs::read_to_string(workplace.path("pictures/waveform.svg")).unwrap().ends_with("</svg>\n"));
}

#[test]
fn what_is_no_sound_gets_a_sentence_and_no_file() {
    let workplace = Workplace::with(&[]);
    let message = workplace.failure(&["picture", &audio("text.mp3").to_string_lossy(), "--output", "pictures"]);
    assert!(message.contains("text.mp3") && message.contains("No sound"), "{message}");
    assert!(!workplace.path("pictures").exists());
}
