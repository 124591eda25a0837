//! `cargo xtask pull`: schemas/ as the service's catalog has them.

mod gone;
mod merge;
mod progress;
mod report;
mod take;

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use runcomfy::Client;

use crate::{failed, repository};

use progress::Progress;
use report::Report;
use take::{Folder, Verdict};

/// Bring schemas/ up to date with the catalog of the service: every model that is there already.
///
/// Writes what is new or has changed in meaning, and names it; touches nothing else. Titles and
/// descriptions that were written by hand stay where the catalog has none. A schema that cannot be
/// generated is told and not taken over.
///
/// A model that the catalog had once and has no longer is marked as deprecated; it goes with the
/// first pull after the next release. What the catalog never had is left alone (schemas/.catalog
/// lists what it had).
///
/// A pull that was interrupted goes on where it was if it is run again within the hour.
///
/// Needs a token in `RUNCOMFY_API_TOKEN`, `RUNCOMFY_TOKEN` or `RUNCOMFY_API_KEY`: the service wants
/// one for its catalog too. It costs nothing. Next: `cargo xtask diff`, `cargo xtask codegen`.
///
/// Exit code: 0; 1 if something could not be taken over; 2 if the catalog or a file cannot be read
/// or written.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these models, new ones among them
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// Every model of the catalog
    #[arg(long, conflicts_with_all = ["models", "search"])]
    all: bool,
    /// The models that the catalog finds by these words
    #[arg(long, value_name = "WORDS", conflicts_with = "models")]
    search: Option<String>,
    /// Tell what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// The folder of schemas [default: schemas/ of the repository]
    #[arg(long, value_name = "DIR")]
    schemas: Option<PathBuf>,
    /// Where the service is, a simulator for example
    #[arg(long, value_name = "URL", default_value = "https://model-api.runcomfy.net")]
    base_url: String,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match pull(arguments) {
        Ok(report) => {
            print!("{}", report.text(arguments.dry_run));
            if report.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => failed(&*error),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn pull(arguments: &Arguments) -> Result<Report, Box<dyn Error>> {
    let client = Client::builder().base_url(&arguments.base_url).build()?;
    let root = arguments.schemas.clone().unwrap_or_else(|| repository().join("schemas"));
    let folder = Folder::open(root, arguments.dry_run)?;
    if !arguments.models.is_empty() {
        return some(&client, &folder, &arguments.models).await;
    }
    let wanted = |id: &str| arguments.all || arguments.search.is_some() || folder.has(id);
    let mut progress = list(&client, &folder, arguments, wanted).await?;
    if arguments.search.is_none() {
        gone::settle(&folder, &mut progress)?;
    }
    progress.end()?;
    Ok(progress.report)
}

/// The models of these ids, each by a call of its own.
async fn some(client: &Client, folder: &Folder, ids: &[String]) -> Result<Report, Box<dyn Error>> {
    let mut report = Report::default();
    for id in ids.iter().collect::<BTreeSet<_>>() {
        match client.catalog().entry(id).await {
            Ok(entry) => {
                let verdict = folder.judge(&entry)?;
                report.add(id, &verdict);
                folder.carry_out(id, &verdict)?;
            }
            Err(error) if error.is_unknown_model() || error.is_config() => {
                report.refused.insert(id.clone(), "the catalog has no such model".to_owned());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(report)
}

/// All that the catalog lists, and of it what is wanted.
async fn list(
    client: &Client,
    folder: &Folder,
    arguments: &Arguments,
    wanted: impl Fn(&str) -> bool,
) -> Result<Progress, Box<dyn Error>> {
    let mut catalog = client.catalog().with_schemas();
    if let Some(words) = &arguments.search {
        catalog = catalog.search(words);
    }
    let query = format!("{} {:?} {}", arguments.base_url, arguments.search, arguments.all);
    let mut progress = Progress::begin(&folder.root, &query, arguments.dry_run)?;
    let mut entries = catalog.starting_at(progress.offset).entries();
    let bar = bar(&folder.root);
    while let Some(entry) = entries.next().await {
        let entry = entry?;
        bar.set_length(entries.total().unwrap_or(0));
        bar.set_position(entries.offset());
        let id = &entry.model_id;
        let verdict = if wanted(id) { folder.judge(&entry)? } else { Verdict::Same };
        progress.note(id, &verdict)?;
        folder.carry_out(id, &verdict)?;
    }
    bar.finish_and_clear();
    Ok(progress)
}

/// Drawn on a terminal only.
fn bar(root: &Path) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}");
    let bar = ProgressBar::no_length().with_message(format!("reading into {}", root.display()));
    style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))
}
