//! Everything as a Parquet file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int32Type};
use parquet::errors::Result as Written;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;
use sonoscape::Track;
use sonoscape::catalogue::{FORMAT_VERSION, Manifest};

use super::segment::Row;
use super::{Segment, Sink, Taken};
use crate::catalogue::{Replacement, Stored, refused};

/// The columns, in the order in which [`Group::write`] writes them; what is unknown is null.
const SCHEMA: &str = "message excerpts {
    required int32 track (INTEGER(32, false));
    required float start_s;
    required float scale;
    required group vector (LIST) { repeated group list { required float element; } }
    optional int32 x (INTEGER(16, false));
    optional int32 y (INTEGER(16, false));
    optional int32 cluster (INTEGER(16, false));
    optional int32 year (INTEGER(16, false));
    required float duration_s;
    optional binary title (STRING);
    optional binary artist (STRING);
    optional binary album (STRING);
    optional binary source (STRING);
    optional binary source_id (STRING);
    optional binary isrc (STRING);
    optional binary licence (STRING);
    optional binary attribution (STRING);
    optional binary page (STRING);
    optional binary audio (STRING);
    optional binary style (STRING);
    optional binary changes (STRING);
}";

/// A text of a track.
type Text = fn(&Track) -> &str;

/// The texts, in the order of [`SCHEMA`].
const TEXTS: [Text; 12] = [
    |track| &track.title,
    |track| &track.artist,
    |track| &track.album,
    |track| &track.source,
    |track| &track.source_id,
    |track| &track.isrc,
    |track| &track.licence,
    |track| &track.attribution,
    |track| &track.page,
    |track| &track.audio,
    |track| &track.style,
    |track| &track.changes,
];

/// A Parquet file in the making, with a row group a segment.
pub struct Parquet {
    out: SerializedFileWriter<Replacement>,
    path: PathBuf,
}

impl Parquet {
    pub fn begin(file: Replacement, path: &Path, stored: &Stored) -> Result<Box<dyn Sink>> {
        let schema = Arc::new(parse_message_type(SCHEMA)?);
        let properties = Arc::new(properties(stored.manifest()));
        let out = SerializedFileWriter::new(file, schema, properties).with_context(|| refused(path))?;
        Ok(Box::new(Self { out, path: path.to_owned() }))
    }
}

impl Sink for Parquet {
    fn put(&mut self, segment: &mut Segment, bar: &ProgressBar) -> Result<()> {
        let mut tracks = Vec::new();
        for id in segment.ids() {
            tracks.push((segment.row(id), segment.text(id)?.clone()));
        }
        let written = self.out.next_row_group().and_then(|out| Group { out, tracks: &tracks }.write());
        written.with_context(|| refused(&self.path))?;
        bar.inc(segment.len() as u64);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Taken> {
        let Self { out, path } = *self;
        let file = out.into_inner().with_context(|| refused(&path))?;
        file.finish().map(Taken::Bytes).with_context(|| refused(&path))
    }
}

/// Vectors do not repeat and cannot be made smaller; texts can, by much.
fn properties(manifest: &Manifest) -> WriterProperties {
    let said = [
        ("sonoscape.name", manifest.name.clone()),
        ("sonoscape.encoder", manifest.encoder.clone()),
        ("sonoscape.dimension", manifest.dimension.to_string()),
        ("sonoscape.format_version", FORMAT_VERSION.to_string()),
    ];
    let vector = ColumnPath::from(["vector", "list", "element"].map(str::to_owned).to_vec());
    WriterProperties::builder()
        .set_key_value_metadata(Some(said.map(|(key, value)| KeyValue::new(key.to_owned(), value)).to_vec()))
        .set_compression(Compression::SNAPPY)
        .set_column_compression(vector.clone(), Compression::UNCOMPRESSED)
        .set_column_dictionary_enabled(vector.clone(), false)
        .set_column_statistics_enabled(vector, EnabledStatistics::None)
        .build()
}

/// A row group in the making.
struct Group<'a> {
    out: SerializedRowGroupWriter<'a, Replacement>,
    tracks: &'a [(Row, Track)],
}

impl Group<'_> {
    fn write(mut self) -> Written<()> {
        let rows = || self.tracks.iter().flat_map(|(row, _)| row.excerpts.iter().map(move |excerpt| (row, excerpt)));
        let numbers: Vec<i32> = rows().map(|(row, _)| row.track as i32).collect();
        let starts: Vec<f32> = rows().map(|(_, excerpt)| excerpt.start_s).collect();
        let scales: Vec<f32> = rows().map(|(_, excerpt)| excerpt.code.scale).collect();
        self.column::<Int32Type>(&numbers, None)?;
        self.column::<FloatType>(&starts, None)?;
        self.column::<FloatType>(&scales, None)?;
        self.vectors()?;
        self.known::<Int32Type>(|row, _| row.position.map(|position| position.x.into()))?;
        self.known::<Int32Type>(|row, _| row.position.map(|position| position.y.into()))?;
        self.known::<Int32Type>(|row, _| row.cluster.map(i32::from))?;
        self.known::<Int32Type>(|_, track| track.year.map(i32::from))?;
        let durations: Vec<f32> = self.repeat(|_, track| track.duration_s).collect();
        self.column::<FloatType>(&durations, None)?;
        for text in TEXTS {
            let known = |track: &Track| Some(text(track)).filter(|text| !text.is_empty()).map(ByteArray::from);
            self.known::<ByteArrayType>(|_, track| known(track))?;
        }
        self.out.close().map(drop)
    }

    /// A value of each track, once for each of its excerpts.
    fn repeat<T: Clone>(&self, value: impl Fn(&Row, &Track) -> T) -> impl Iterator<Item = T> {
        self.tracks.iter().flat_map(move |(row, track)| std::iter::repeat_n(value(row, track), row.excerpts.len()))
    }

    /// Writes a column of what is known of the tracks.
    fn known<D: DataType>(&mut self, value: impl Fn(&Row, &Track) -> Option<D::T>) -> Written<()> {
        let values: Vec<Option<D::T>> = self.repeat(value).collect();
        let levels: Vec<i16> = values.iter().map(|value| value.is_some().into()).collect();
        self.column::<D>(&values.into_iter().flatten().collect::<Vec<_>>(), Some(&levels))
    }

    fn column<D: DataType>(&mut self, values: &[D::T], levels: Option<&[i16]>) -> Written<()> {
        let mut column = self.out.next_column()?.expect("the schema has this column");
        column.typed::<D>().write_batch(values, levels, None)?;
        column.close()
    }

    fn vectors(&mut self) -> Written<()> {
        let mut column = self.out.next_column()?.expect("the schema has this column");
        for excerpt in self.tracks.iter().flat_map(|(row, _)| &row.excerpts) {
            let values = excerpt.code.dequantize();
            let mut begins_a_row = vec![1; values.len()];
            begins_a_row[0] = 0;
            column.typed::<FloatType>().write_batch(&values, Some(&vec![1; values.len()]), Some(&begins_a_row))?;
        }
        column.close()
    }
}
