use leptos::prelude::*;

/// A drawing of 24 × 24, stroked in the colour of the text around it. Words beside it, or a label, say what it means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// Start of a sound.
    Play,
    /// Halt of a sound.
    Pause,
    /// A link that leaves the page.
    Leave,
    /// A lock.
    Lock,
    /// Light and dark.
    Theme,
    /// A loudspeaker.
    Loudness,
    /// A sound wave.
    Wave,
    /// A cross.
    Close,
    /// Sliders.
    Settings,
    /// A magnifying glass.
    Search,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Play => "M8 5.5v13l10.5-6.5z",
            Self::Pause => "M8 5.5v13M16 5.5v13",
            Self::Leave => "M8 16 16.5 7.5M9.5 7.5h7v7",
            Self::Lock => "M6.5 11h11v8.5h-11zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
            Self::Theme => "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
            Self::Loudness => "M4.5 9.5v5h3.5l4 3.5V6L8 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11",
            Self::Wave => "M3 12h1.5M7 8.5v7M10.5 5v14M14 8v8M17.5 10v4M20.5 12H21",
            Self::Settings => {
                "M4 7.5h9M17.5 7.5H20M4 16.5h2.5M11 16.5h9M15.2 5.2a2.3 2.3 0 1 1 0 4.6 2.3 2.3 0 0 1 0-4.6zM8.8 14.2a2.3 2.3 0 1 1 0 4.6 2.3 2.3 0 0 1 0-4.6z"
            }
            Self::Search => "M15.5 15.5 20 20M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12z",
            Self::Close => "M6.5 6.5l11 11M17.5 6.5l-11 11",
        }
    }
}

/// Draws an icon.
#[component]
pub fn IconView(
    /// Which one.
    #[prop(into)]
    icon: Signal<Icon>,
) -> impl IntoView {
    let filled = move || matches!(icon.get(), Icon::Play);
    view! {
        <svg class="icon" class:icon-filled=filled viewBox="0 0 24 24" aria-hidden="true">
            <path d=move || icon.get().path()></path>
        </svg>
    }
}
