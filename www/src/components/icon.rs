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
    /// A microphone.
    Microphone,
    /// A magnifying glass.
    Search,
    /// Four arrows.
    Move,
    /// A loop of rope.
    Lasso,
    /// A dashed box.
    Box,
    /// A way with two stops.
    Walk,
    /// A plus.
    Plus,
    /// A minus.
    Minus,
    /// Four corners.
    Whole,
    /// Cross hairs.
    Here,
    /// An arrow into a tray.
    Save,
    /// A folded map.
    Map,
    /// Lines of text.
    List,
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
            Self::Microphone => {
                "M12 4a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0v-5A2.5 2.5 0 0 1 12 4zM6.5 11a5.5 5.5 0 0 0 11 0M12 16.5V20M9 20h6"
            }
            Self::Search => "M15.5 15.5 20 20M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12z",
            Self::Close => "M6.5 6.5l11 11M17.5 6.5l-11 11",
            Self::Move => {
                "M12 4v16M4 12h16M9.5 6.5 12 4l2.5 2.5M9.5 17.5 12 20l2.5-2.5M6.5 9.5 4 12l2.5 2.5M17.5 9.5 20 12l-2.5 2.5"
            }
            Self::Lasso => {
                "M12 5c4.7 0 8 2.2 8 5s-3.3 5-8 5-8-2.2-8-5 3.3-5 8-5zM7.5 14.3c-1.4.6-1.6 2.2-.4 2.9 1.3.8 2.3 1.4 1.4 3.3"
            }
            Self::Box => "M5 8V5h3M11 5h2M16 5h3v3M19 11v2M19 16v3h-3M13 19h-2M8 19H5v-3M5 13v-2",
            Self::Walk => {
                "M6 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM18 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 18h6.5a3 3 0 0 0 0-6h-5a3 3 0 0 1 0-6H16"
            }
            Self::Plus => "M12 6v12M6 12h12",
            Self::Minus => "M6 12h12",
            Self::Whole => "M4.5 9V4.5H9M15 4.5h4.5V9M19.5 15v4.5H15M9 19.5H4.5V15",
            Self::Here => "M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM12 3v4M12 17v4M3 12h4M17 12h4",
            Self::Save => "M12 4v10M8 10.5l4 4 4-4M5 16.5v3h14v-3",
            Self::Map => "M9 5 4 7v12l5-2 6 2 5-2V5l-5 2zM9 5v12M15 7v12",
            Self::List => "M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4.5 6.5h.5M4.5 12h.5M4.5 17.5h.5",
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
