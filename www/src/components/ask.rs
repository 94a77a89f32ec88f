use leptos::prelude::*;

/// A number that can be asked what it means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Explanation {
    /// The score.
    Score,
    /// The half whose kernels slide along time.
    Time,
    /// The half whose kernels slide along frequency.
    Frequency,
    /// The parts that match.
    Parts,
    /// How a track differs.
    Differences,
    /// How far the redrawn picture is from the one that was heard.
    Error,
}

impl Explanation {
    const ALL: [Self; 6] = [Self::Score, Self::Time, Self::Frequency, Self::Parts, Self::Differences, Self::Error];

    /// Id of the element that holds the explanation.
    fn id(self) -> &'static str {
        match self {
            Self::Score => "explain-score",
            Self::Time => "explain-time",
            Self::Frequency => "explain-frequency",
            Self::Parts => "explain-parts",
            Self::Differences => "explain-differences",
            Self::Error => "explain-error",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Score => {
                "How alike the two sound as a whole: 1 is the same direction, 0 is unrelated, −1 the opposite."
            }
            Self::Time => {
                "How alike they are in time: rhythm, attacks and movement, heard by kernels that slide along time."
            }
            Self::Frequency => {
                "How alike they are in frequency: pitch and timbre, heard by kernels that slide along frequency."
            }
            Self::Parts => {
                "The moments most alike: first in your sound, then in this track. A and B turn between them."
            }
            Self::Differences => {
                "How this track differs from your sound, read off what the encoder heard: brightness, tones or noise, onsets a second, attacks."
            }
            Self::Error => {
                "How far the picture is from the one that was heard: the mean squared difference of brightness, 0 to 1."
            }
        }
    }
}

/// Something that explains itself in one sentence while the pointer or the keyboard is on it.
#[component]
pub fn Ask(
    /// What it means.
    about: Explanation,
    /// Classes of the element.
    class: &'static str,
    /// Whether the tab key comes here.
    #[prop(into)]
    reachable: Signal<bool>,
    /// What is asked about.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("ask {class}")
            tabindex=move || if reachable.get() { "0" } else { "-1" }
            aria-describedby=about.id()
        >
            {children()}
            <span class="tip" aria-hidden="true">{about.sentence()}</span>
        </button>
    }
}

/// The explanations for those who do not see the tips.
#[component]
pub fn Explanations() -> impl IntoView {
    let explanation = |about: Explanation| view! { <p id=about.id()>{about.sentence()}</p> };
    view! { <div hidden>{Explanation::ALL.map(explanation).collect_view()}</div> }
}
