//! All figures of one system.

use rayon::prelude::*;

use super::alter::Alteration;
use super::bootstrap::{Summary, summarise};
use super::candidate::Candidate;
use super::card::Figure;
use super::listen::Described;
use super::metrics::{NEIGHBOURS, hubness, nearest, order, own_rank, precision, vote};
use super::set::Set;
use super::system::System;

/// Figures that are means over queries, in the order in which [`ask`] answers.
const ASKED: [&str; 7] = [
    "same_recording.hit_at_1",
    "same_recording.hit_at_5",
    "same_recording.mrr",
    "same_artist.precision_at_10",
    "same_album.precision_at_10",
    "same_label.precision_at_10",
    "same_label.knn_accuracy",
];

struct Answers {
    values: [Option<f64>; ASKED.len()],
    nearest: Vec<usize>,
}

/// Measures `system`; questions that no excerpt can ask are left out.
pub fn figures(system: &System, set: &Set, alterations: &[Alteration]) -> Vec<Figure> {
    let answers: Vec<Answers> = (0..system.clean.len()).into_par_iter().map(|query| ask(system, set, query)).collect();
    let mean = |name: String, values: &[Option<f64>]| {
        let Summary { value, interval, queries } = summarise(values, &set.recording)?;
        Some(Figure { system: system.name.clone(), name, value, interval: Some(interval), queries })
    };
    let asked = ASKED.iter().enumerate().filter_map(|(i, name)| {
        mean((*name).into(), &answers.iter().map(|answers| answers.values[i]).collect::<Vec<_>>())
    });
    let robust = alterations.iter().enumerate().filter_map(|(i, alteration)| {
        mean(format!("robustness.{}.hit_at_1", alteration.name()), &recognised(system, i))
    });
    let confounds = alterations.iter().enumerate().filter_map(|(i, alteration)| {
        mean(format!("confound.{}.precision_at_10", alteration.name()), &confounded(system, set, i))
    });
    let mut figures: Vec<Figure> = asked.chain(robust).chain(confounds).collect();
    let hubs = hubness(answers.iter().map(|answers| answers.nearest.as_slice()), answers.len());
    for (name, value) in [("skewness", hubs.skewness), ("largest_count", hubs.largest_count as f64)] {
        let name = format!("hubness.{name}");
        figures.push(Figure { system: system.name.clone(), name, value, interval: None, queries: answers.len() });
    }
    figures
}

/// The mean error of what each encoder's decoder redraws, where it has one.
pub fn reconstruction(candidates: &[Candidate], excerpts: &[Described]) -> Vec<Figure> {
    let figure = |(i, candidate): (usize, &Candidate)| {
        let errors: Vec<f64> =
            excerpts.iter().filter_map(|each| each.reconstruction_errors[i]).map(f64::from).collect();
        let (system, name, queries) = (candidate.name.clone(), "reconstruction.mse".into(), errors.len());
        let value = errors.iter().sum::<f64>() / queries as f64;
        (queries > 0).then_some(Figure { system, name, value, interval: None, queries })
    };
    candidates.iter().enumerate().filter_map(figure).collect()
}

fn ask(system: &System, set: &Set, query: usize) -> Answers {
    let mut order = order(&system.clean[query], &system.clean, system.likeness);
    order.retain(|&excerpt| excerpt != query);
    let rank = own_rank(&order, query, &set.recording);
    let within = |most| rank.map(|rank| f64::from(u8::from(rank <= most)));
    let precision = |classes| precision(&order, query, &set.recording, classes);
    let values = [
        within(1),
        within(5),
        rank.map(|rank| 1.0 / rank as f64),
        precision(&set.artists),
        precision(&set.albums),
        precision(&set.labels),
        vote(&order, query, &set.recording, &set.labels),
    ];
    order.truncate(NEIGHBOURS);
    Answers { values, nearest: order }
}

/// 1 for each excerpt whose altered copy has it as the nearest of all, else 0.
fn recognised(system: &System, alteration: usize) -> Vec<Option<f64>> {
    let hit = |(query, altered): (usize, &Vec<Option<Vec<f32>>>)| {
        let found = nearest(altered[alteration].as_ref()?, &system.clean, system.likeness);
        Some(f64::from(u8::from(found == Some(query))))
    };
    system.altered.par_iter().enumerate().map(hit).collect()
}

/// The share of each altered excerpt's ten nearest that are altered too, among all excerpts of other recordings, each there
/// as it is and altered: what is heard of the alteration beside the music.
fn confounded(system: &System, set: &Set, alteration: usize) -> Vec<Option<f64>> {
    let pairs = system.clean.iter().zip(&system.altered).zip(&set.recording);
    let pairs: Vec<_> = pairs
        .filter_map(|((clean, altered), recording)| Some((clean, altered[alteration].as_ref()?, *recording)))
        .collect();
    let share = |query: &Vec<f32>, recording: usize| {
        let mut scores: Vec<(f32, bool)> = pairs
            .iter()
            .filter(|(.., other)| *other != recording)
            .flat_map(|(clean, altered, _)| [(clean, false), (altered, true)])
            .map(|(vector, altered)| ((system.likeness)(vector, query), altered))
            .collect();
        scores.sort_by(|a, b| b.0.total_cmp(&a.0));
        scores.truncate(NEIGHBOURS);
        let same = scores.iter().filter(|(_, altered)| *altered).count();
        (!scores.is_empty()).then(|| same as f64 / scores.len() as f64)
    };
    let answer =
        |(altered, &recording): (&Vec<Option<Vec<f32>>>, &usize)| share(altered[alteration].as_ref()?, recording);
    system.altered.par_iter().zip(&set.recording).map(answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::metrics::cosine;
    use crate::evaluate::set::Classes;

    /// Two recordings by one artist and one by another, each of two excerpts; the last excerpt lies with the first recording.
    fn small() -> (System, Set) {
        let at = |degrees: f32| vec![degrees.to_radians().cos(), degrees.to_radians().sin()];
        let clean: Vec<Vec<f32>> = [0.0, 10.0, 40.0, 50.0, 100.0, 4.0].map(at).into();
        let altered = clean.iter().map(|v| vec![Some(v.clone()), (v[0] > 0.5).then(|| at(11.0))]).collect();
        let recording = vec![0, 0, 1, 1, 2, 2];
        let classes = |names: [&str; 3]| Classes::new(&names, &recording);
        let set = Set {
            artists: classes(["a", "a", "a"]),
            albums: classes(["", "", ""]),
            labels: classes(["x", "x", "y"]),
            recording,
        };
        (System { name: "small".into(), likeness: cosine, clean, altered }, set)
    }

    #[test]
    fn a_set_of_six_gives_the_figures_by_hand() {
        let (system, set) = small();
        let figures = figures(&system, &set, &[Alteration::Quieter, Alteration::Noise]);
        let value = |name: &str| figures.iter().find(|f| f.name == name).map(|f| (f.value, f.queries));
        assert_eq!(value("same_recording.hit_at_1"), Some((2.0 / 6.0, 6)));
        assert_eq!(value("same_recording.hit_at_5"), Some((1.0, 6)));
        let mrr = (0.5 + 0.5 + 1.0 + 1.0 + 0.25 + 0.2) / 6.0;
        assert!((value("same_recording.mrr").unwrap().0 - mrr).abs() < 1e-12);
        assert_eq!(value("same_artist.precision_at_10"), Some((1.0, 6)));
        assert_eq!(value("same_album.precision_at_10"), None);
        assert_eq!(value("same_label.precision_at_10"), None, "no label has three recordings");
        assert_eq!(value("robustness.gain_minus_6db.hit_at_1"), Some((1.0, 6)));
        assert_eq!(value("robustness.white_noise_20db.hit_at_1"), Some((0.2, 5)));
        assert_eq!(value("hubness.largest_count"), Some((5.0, 6)));
        assert_eq!(value("hubness.skewness"), Some((0.0, 6)));
    }

    #[test]
    fn an_alteration_that_is_heard_gathers_what_was_altered() {
        let recording: Vec<usize> = (0..16).map(|excerpt| excerpt / 2).collect();
        let classes = || Classes::new(&[""; 8], &recording);
        let set = Set { artists: classes(), albums: classes(), labels: classes(), recording: recording.clone() };
        let clean: Vec<Vec<f32>> = (0..16).map(|i| vec![1.0, 0.01 * i as f32, 0.0]).collect();
        let heard: Vec<Vec<f32>> = clean.iter().map(|vector| vec![0.0, vector[1], 1.0]).collect();
        for (altered, expected) in [(heard, 1.0), (clean.clone(), 0.5)] {
            let altered = altered.into_iter().map(|vector| vec![Some(vector)]).collect();
            let system = System { name: "small".into(), likeness: cosine, clean: clean.clone(), altered };
            assert!(confounded(&system, &set, 0).into_iter().all(|share| share == Some(expected)));
        }
    }
}
