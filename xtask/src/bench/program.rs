//! The programs that measure.

/// A program that measures.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Program {
    Native,
    Worker,
    Python,
    Search,
    SearchWorker,
    Flat,
    Indexes,
    Embedding,
    Training,
    Page,
    Large,
    Names,
    Crawl,
    Maps,
    Landscape,
}

impl Program {
    /// In the order in which they run: peers read the vectors that our search has written.
    pub const ALL: [Self; 15] = [
        Self::Native,
        Self::Worker,
        Self::Python,
        Self::Search,
        Self::SearchWorker,
        Self::Flat,
        Self::Indexes,
        Self::Embedding,
        Self::Training,
        Self::Page,
        Self::Large,
        Self::Names,
        Self::Crawl,
        Self::Maps,
        Self::Landscape,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Native => "the library, native",
            Self::Worker => "the library, in a browser",
            Self::Python => "librosa and onnxruntime",
            Self::Search => "the searches, native",
            Self::SearchWorker => "the searches, in a browser",
            Self::Flat => "FAISS and USearch",
            Self::Indexes => "hnswlib-wasm and voy, in a browser",
            Self::Embedding => "the companion and bliss",
            Self::Training => "the trainer and PyTorch",
            Self::Page => "the page in a browser",
            Self::Large => "the page with a large catalogue",
            Self::Names => "names in the page",
            Self::Crawl => "a crawl of 10 000 tracks",
            Self::Maps => "the companion and umap-learn",
            Self::Landscape => "the page's map, regl-scatterplot and deck.gl",
        }
    }

    /// The one that makes this measurement.
    pub fn of(measurement: &str) -> Self {
        match measurement.split('.').next() {
            Some("native") => Self::Native,
            Some("browser") => Self::Worker,
            Some("python") => Self::Python,
            Some("vectors") => Self::Search,
            Some("worker") => Self::SearchWorker,
            Some("flat") => Self::Flat,
            Some("indexes") => Self::Indexes,
            Some("embed") => Self::Embedding,
            Some("train") => Self::Training,
            Some("large") => Self::Large,
            Some("names") => Self::Names,
            Some("crawl") => Self::Crawl,
            Some("maps") => Self::Maps,
            Some("landscape") => Self::Landscape,
            _ => Self::Page,
        }
    }
}
