//! The figures: their names, which never change, and what each is made of.

/// A program that measures.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Program {
    Native,
    Python,
    Page,
}

impl Program {
    pub const ALL: [Self; 3] = [Self::Native, Self::Python, Self::Page];

    pub fn title(self) -> &'static str {
        match self {
            Self::Native => "the library, native",
            Self::Python => "librosa and onnxruntime",
            Self::Page => "the page in a browser",
        }
    }

    fn of(measurement: &str) -> Self {
        match measurement {
            "mel.librosa" | "encoder.onnxruntime" => Self::Python,
            name if name.contains(".native") => Self::Native,
            _ => Self::Page,
        }
    }
}

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

pub const FIGURES: [Figure; 15] = [
    alone("page.drop_to_neighbours_ms", "ms", "page.drop_to_neighbours"),
    alone("page.longest_block_ms", "ms", "page.longest_block"),
    alone("page.first_visit_bytes", "bytes", "page.first_visit"),
    alone("page.first_visit_raw_bytes", "bytes", "page.first_visit_raw"),
    alone("page.engine_ready_ms", "ms", "page.engine_ready"),
    alone("decode.browser_ms", "ms", "decode.browser"),
    alone("mel.browser_ms", "ms", "mel.browser"),
    against("mel.native_vs_librosa", "mel.native", "mel.librosa"),
    alone("encoder.browser_ms", "ms", "encoder.browser"),
    against("encoder.browser_vs_onnxruntime_web", "encoder.browser", "encoder.onnxruntime_web"),
    against("encoder.native_vs_onnxruntime", "encoder.native", "encoder.onnxruntime"),
    alone("search.browser_ms", "ms", "search.browser"),
    against("search.native_vs_read_278581", "search.native_278581", "read.native_278581"),
    against("search.native_vs_read_1000000", "search.native_1000000", "read.native_1000000"),
    alone("wasm.raw_bytes", "bytes", "wasm.raw"),
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
        let measured = Measured::parse("measured mel.librosa 60.5 librosa 0.11.0").unwrap();
        assert_eq!(measured, Measured { name: "mel.librosa".into(), value: 60.5, label: "librosa 0.11.0".into() });
        assert_eq!(Measured::parse("measured mel.native 30").unwrap().label, "");
        assert_eq!(Measured::parse("running 3 tests"), None);
    }

    #[test]
    fn a_ratio_is_theirs_over_ours() {
        let measured = ["measured mel.native 20", "measured mel.librosa 50 librosa 0.11.0"]
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
    fn a_figure_without_its_peer_is_left_out() {
        let measured = [Measured::parse("measured mel.native 20").unwrap()];
        let figure = FIGURES.iter().find(|figure| figure.name == "mel.native_vs_librosa").unwrap();
        assert_eq!(figure.answer(&measured), None);
    }
}
