//! The figures: their names, which never change, and what each is made of.

use super::program::Program;

/// A line `measured NAME VALUE LABEL` of a program.
#[derive(Debug, PartialEq)]
pub struct Measured {
    name: String,
    value: f64,
    label: String,
}

impl Measured {
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("measured ")?.splitn(3, ' ');
        let (name, value) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
        Some(Self { name, value, label: words.next().unwrap_or_default().to_owned() })
    }
}

/// A figure: a measurement of ours and, for a ratio, one of theirs.
pub struct Figure {
    pub name: &'static str,
    unit: &'static str,
    ours: &'static str,
    theirs: Option<&'static str>,
}

pub const FIGURES: [Figure; 64] = [
    alone("page.drop_to_neighbours_ms", "ms", "page.total"),
    alone("page.decode_ms", "ms", "page.decode"),
    alone("page.search_ms", "ms", "page.search"),
    alone("page.file_to_neighbours_natively_ms", "ms", "page.native_search"),
    alone("page.engine_ready_ms", "ms", "page.engine_ready"),
    alone("page.name_search_ms_278581", "ms", "names.search"),
    alone("page.name_search_95_ms_278581", "ms", "names.search_slow"),
    alone("page.name_search_slowest_ms_278581", "ms", "names.search_slowest"),
    alone("page.name_longest_block_ms_278581", "ms", "names.longest_block"),
    alone("page.name_index_ms_278581", "ms", "names.index"),
    alone("page.name_bytes_278581", "bytes", "names.bytes"),
    alone("page.name_memory_bytes_278581", "bytes", "names.memory"),
    alone("page.name_memory_bytes_a_track", "bytes", "names.memory_each"),
    alone("page.choice_to_neighbours_ms", "ms", "names.choice"),
    alone("page.choice_to_neighbours_slowest_ms", "ms", "names.choice_slowest"),
    alone("page.longest_block_ms", "ms", "page.longest_block"),
    alone("page.first_visit_bytes", "bytes", "page.first_visit"),
    alone("page.first_visit_uncompressed_bytes", "bytes", "page.first_visit_uncompressed"),
    alone("page.wasm_bytes", "bytes", "page.wasm"),
    alone("page.wasm_uncompressed_bytes", "bytes", "page.wasm_uncompressed"),
    alone("mel.browser_ms", "ms", "page.mel"),
    against("mel.native_vs_librosa", "native.mel", "python.librosa"),
    alone("encoder.browser_ms", "ms", "page.encode"),
    against("encoder.browser_vs_onnxruntime_web", "browser.encoder", "page.onnxruntime_web"),
    against("encoder.native_vs_onnxruntime", "native.encoder", "python.onnxruntime"),
    against("embed.native_vs_bliss", "embed.sonoscape", "embed.bliss"),
    against("train.vs_pytorch", "train.sonoscape", "train.pytorch"),
    alone("search.recall_int8", "recall@10", "vectors.recall_int8"),
    alone("search.recall_int8_of_rounded_query", "recall@10", "vectors.recall_rounded"),
    alone("search.recall_coarse", "recall@10", "vectors.recall_coarse"),
    against("search.browser_vs_read_278581", "worker.catalogue_278581", "worker.read_278581"),
    against("search.browser_vs_read_1000000", "worker.catalogue_1000000", "worker.read_1000000"),
    against("search.native_vs_read_278581", "vectors.catalogue_278581", "vectors.read_278581"),
    against("search.native_vs_read_1000000", "vectors.catalogue_1000000", "vectors.read_1000000"),
    alone("search.browser_coarse_278581_ms", "ms", "worker.coarse_278581"),
    alone("search.browser_coarse_1000000_ms", "ms", "worker.coarse_1000000"),
    alone("search.memory_278581_mb", "MB", "worker.memory_278581"),
    against("search.browser_vs_best_peer", "worker.session_278581", "indexes.best_session"),
    against("search.browser_query_vs_best_peer", "worker.catalogue_278581", "indexes.best_query"),
    against("search.native_vs_faiss_flat", "vectors.catalogue_278581", "flat.faiss"),
    against("search.native_vs_usearch", "vectors.catalogue_278581", "flat.usearch"),
    alone("catalogue.bytes_to_first_look_278581", "bytes", "large.first_look"),
    alone("catalogue.bytes_to_first_answer_278581", "bytes", "large.first_answer"),
    alone("catalogue.second_visit_bytes", "bytes", "large.second_visit"),
    alone("catalogue.memory_ratio", "×", "large.memory_ratio"),
    alone("catalogue.load_ms", "ms", "large.load"),
    alone("catalogue.load_again_ms", "ms", "large.load_again"),
    alone("catalogue.search_ms", "ms", "large.search"),
    alone("catalogue.first_search_ms", "ms", "large.first_search"),
    alone("crawl.requests_10000", "requests", "crawl.requests"),
    alone("crawl.lost_10000", "tracks", "crawl.lost"),
    alone("crawl.repeated_10000", "requests", "crawl.repeated"),
    alone("crawl.above_limit_10000", "requests", "crawl.above_limit"),
    against("map.vs_umap_learn_70000", "maps.sonoscape_70000", "maps.umap_learn_70000"),
    alone("map.trustworthiness_gain", "at k = 15", "maps.trustworthiness_gain"),
    alone("map.overlap_gain", "at k = 15", "maps.overlap_gain"),
    alone("map.draw_ms_278581", "ms", "maps.large_ms"),
    alone("map.peak_mb_278581", "MB", "maps.large_peak_mb"),
    against("map.frame_vs_best_peer_278581", "landscape.frame_278581", "landscape.best_peer_278581"),
    against("map.frame_vs_best_peer_1000000", "landscape.frame_1000000", "landscape.best_peer_1000000"),
    alone("map.pick_ms_278581", "ms", "landscape.pick_278581"),
    alone("map.pick_ms_1000000", "ms", "landscape.pick_1000000"),
    alone("map.bytes_per_point", "bytes", "landscape.bytes_1000000"),
    alone("map.shard_to_screen_ms", "ms", "landscape.shard_278581"),
];

const fn alone(name: &'static str, unit: &'static str, ours: &'static str) -> Figure {
    Figure { name, unit, ours, theirs: None }
}

const fn against(name: &'static str, ours: &'static str, theirs: &'static str) -> Figure {
    Figure { name, unit: "ms", ours, theirs: Some(theirs) }
}

/// A figure with its value.
#[derive(Debug, PartialEq)]
pub struct Answer {
    name: &'static str,
    value: f64,
    unit: &'static str,
    against: Option<String>,
    /// Theirs divided by ours: above one we are ahead.
    ratio: Option<f64>,
}

impl Figure {
    pub fn needs(&self, program: Program) -> bool {
        [Some(self.ours), self.theirs].into_iter().flatten().any(|name| Program::of(name) == program)
    }

    /// The figure's value, unless a measurement that it is made of is missing.
    pub fn answer(&self, measured: &[Measured]) -> Option<Answer> {
        let find = |name: &str| measured.iter().find(|measured| measured.name == name);
        let ours = find(self.ours)?;
        let theirs = match self.theirs {
            Some(name) => Some(find(name)?),
            None => None,
        };
        let label = theirs.map_or(&ours.label, |theirs| &theirs.label);
        Some(Answer {
            name: self.name,
            value: ours.value,
            unit: self.unit,
            against: (!label.is_empty()).then(|| label.clone()),
            ratio: theirs.map(|theirs| theirs.value / ours.value),
        })
    }
}

impl Answer {
    pub fn json(&self) -> String {
        let against = self.against.as_ref().map_or("null".to_owned(), |text| format!("\"{}\"", text.replace('"', "'")));
        let ratio = self.ratio.map_or("null".to_owned(), |ratio| format!("{ratio:.3}"));
        let Self { name, value, unit, .. } = self;
        format!(r#"{{"name": "{name}", "value": {value}, "unit": "{unit}", "against": {against}, "ratio": {ratio}}}"#)
    }

    pub fn line(&self) -> String {
        let Self { name, value, unit, .. } = self;
        let ratio = self.ratio.map(|ratio| format!("  ×{ratio:.2}")).unwrap_or_default();
        let against = self.against.as_ref().map(|text| format!("  ({text})")).unwrap_or_default();
        format!("{name:<40} {value:>12} {unit}{ratio}{against}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_may_carry_a_label() {
        let measured = Measured::parse("measured python.librosa 60.5 librosa 0.11.0").unwrap();
        assert_eq!(measured, Measured { name: "python.librosa".into(), value: 60.5, label: "librosa 0.11.0".into() });
        assert_eq!(Measured::parse("measured native.mel 30").unwrap().label, "");
        assert_eq!(Measured::parse("running 3 tests"), None);
    }

    #[test]
    fn a_ratio_is_theirs_over_ours() {
        let measured = ["measured native.mel 20", "measured python.librosa 50 librosa 0.11.0"]
            .map(|line| Measured::parse(line).unwrap());
        let figure = FIGURES.iter().find(|figure| figure.name == "mel.native_vs_librosa").unwrap();
        let answer = figure.answer(&measured).unwrap();
        assert_eq!(answer.ratio, Some(2.5));
        assert_eq!(
            answer.json(),
            r#"{"name": "mel.native_vs_librosa", "value": 20, "unit": "ms", "against": "librosa 0.11.0", "ratio": 2.500}"#
        );
    }

    #[test]
    fn a_figure_knows_the_programs_that_it_needs() {
        let needs = |name: &str| -> Vec<&str> {
            let figure = FIGURES.iter().find(|figure| figure.name == name).unwrap();
            Program::ALL.into_iter().filter(|program| figure.needs(*program)).map(Program::title).collect()
        };
        assert_eq!(needs("search.recall_int8"), ["the searches, native"]);
        assert_eq!(needs("train.vs_pytorch"), ["the trainer and PyTorch"]);
        assert_eq!(needs("embed.native_vs_bliss"), ["the companion and bliss"]);
        assert_eq!(needs("mel.native_vs_librosa"), ["the library, native", "librosa and onnxruntime"]);
    }

    #[test]
    fn a_figure_without_its_peer_is_left_out() {
        let measured = [Measured::parse("measured native.mel 20").unwrap()];
        let figure = FIGURES.iter().find(|figure| figure.name == "mel.native_vs_librosa").unwrap();
        assert_eq!(figure.answer(&measured), None);
    }
}
