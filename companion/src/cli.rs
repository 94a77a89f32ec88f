//! The command line: one subcommand per stage.

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{
    analyse, attributes, build, collect, embed, evaluate, export, extract, info, map, merge, pack, picture, render,
    search, serve, train, verify,
};

/// Finds music by how it sounds.
#[derive(Debug, Parser)]
#[command(name = "sonoscape", version)]
struct Cli {
    #[command(subcommand)]
    stage: Stage,
}

#[derive(Debug, Subcommand)]
enum Stage {
    Build(build::Args),
    Collect(collect::Args),
    Pack(pack::Args),
    Merge(merge::Args),
    Verify(verify::Args),
    Map(map::Args),
    Info(info::Args),
    Extract(extract::Args),
    Embed(embed::Args),
    Search(search::Args),
    Serve(serve::Args),
    Render(render::Args),
    Analyse(analyse::Args),
    Train(train::Args),
    Export(export::Args),
    Evaluate(evaluate::Args),
    Attributes(attributes::Args),
    Picture(picture::Args),
}

/// Carries out what the command line asks for.
///
/// # Errors
/// Those of the stage, as one sentence.
pub fn run() -> Result<()> {
    match Cli::parse().stage {
        Stage::Build(args) => build::run(&args),
        Stage::Collect(args) => collect::run(&args),
        Stage::Pack(args) => pack::run(&args),
        Stage::Merge(args) => merge::run(&args),
        Stage::Verify(args) => verify::run(&args),
        Stage::Map(args) => map::run(&args),
        Stage::Info(args) => info::run(&args),
        Stage::Extract(args) => extract::run(&args),
        Stage::Embed(args) => embed::run(&args),
        Stage::Search(args) => search::run(&args),
        Stage::Serve(args) => serve::run(&args),
        Stage::Render(args) => render::run(&args),
        Stage::Analyse(args) => analyse::run(&args),
        Stage::Train(args) => train::run(&args),
        Stage::Export(args) => export::run(&args),
        Stage::Evaluate(args) => evaluate::run(&args),
        Stage::Attributes(args) => attributes::run(&args),
        Stage::Picture(args) => picture::run(&args),
    }
}
