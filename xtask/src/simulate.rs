//! `cargo xtask simulate`: the queue service on localhost.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use runcomfy::simulator::{Faults, ModelSpec, QueuePace, Simulator};
use runcomfy_codegen::Model;

use crate::{failed, repository, schemas};

/// Run the queue service on localhost: nothing is paid, everything else is like the real one.
///
/// It serves the models of schemas/, checks inputs by their schemas, keeps a queue, makes real
/// small files, and answers as the Model API does, so that any client in any language can talk to
/// it. Each request is printed.
///
/// Exit code: 0 when it is interrupted; 2 if it cannot start.
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Arguments {
    /// The port; 0 for a free one
    #[arg(long, default_value_t = 8777)]
    port: u16,
    /// The folder of schemas [default: schemas/ of the repository]
    #[arg(long, value_name = "DIR")]
    schemas: Option<PathBuf>,
    /// What is to go wrong, and when: a JSON file
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Every job is done at once
    #[arg(long)]
    instant: bool,
}

const EXAMPLE: &str = "\
Any bearer token will do:

  curl -H 'Authorization: Bearer any' -d '{\"prompt\": \"a lighthouse\"}' \\
    http://127.0.0.1:8777/v1/models/google/nano-banana-2/text-to-image

What was billed: GET /simulator/ledger. Faults may be changed while it runs: PUT /simulator/faults.

A file of faults. Every answer to a third of the polls is an error page; the second submit is
accepted and its connection then reset, so that the client never sees the id:

  { \"seed\": 7, \"rules\": [
      { \"do\": {\"answer\": {\"status\": 502, \"body\": \"html\"}}, \"on\": [\"status\", \"result\"], \"chance\": 0.33 },
      { \"do\": \"reset_after\", \"on\": [\"submit\"], \"skip\": 1, \"times\": 1 } ] }

\"do\" is one of these; the page of `runcomfy::simulator::Fault` says what each one does:

  connections  {\"delay_ms\": N}, {\"refuse_connections_ms\": N}, {\"accept_late_ms\": N}, {\"close_idle_ms\": N},
               \"reset_next\", {\"slow_upload\": BYTES_PER_SECOND}, {\"refuse_early\": {\"status\", \"reset\"}},
               \"reset_before\", \"reset_after\", \"reset_midway\", \"cut_midway\", {\"cut_after\": BYTES},
               {\"stall_ms\": N}, {\"wrong_length\": BYTES}
  answers      {\"answer\": {\"status\", \"retry_after\", \"body\", \"content_type\", \"processed\"}} with a body of
               \"message\", \"empty\", \"html\", {\"json\": …} or {\"text\": …}; {\"redirect\": {\"to\": URL}},
               {\"unfinished_result\": an answer}, \"another_job\", \"missing_request_id\",
               {\"encoding\": \"nan\" | \"lone_surrogate\" | \"byte_order_mark\" | \"gzip\" | \"utf16\" | {\"padded\": BYTES}},
               {\"status\": \"upper\" | \"synonym\" | {\"word\": …}}
  jobs         {\"fail\": \"text\" | \"object\" | \"list\" | \"silent\" | \"completed\" | {\"json\": …}}, {\"end\": WORD},
               {\"cancelled\": {\"usd\"}}, {\"lose_after\": POLLS}, {\"late_output\": {\"answers\", \"ms\", \"placeholder\"}},
               {\"cost\": JSON}, {\"late_cost\": RESULTS}, \"echo_input\", \"slow_cancel\",
               {\"output\": \"one\" | \"many\" | \"bare_url\" | \"bare_list\" | \"mixed\" | \"duplicates\" | {\"raw\": …}}
  files        {\"format\": \"avif\" | \"heic\" | \"svg\" | \"mov\" | \"webm\" | \"mp3\" | \"flac\" | \"ogg\" | \"unknown\"},
               \"no_etag\", \"other_version\"

\"on\" takes submit, status, result, cancel, catalog, file. Beside them: \"model\", \"job\", \"skip\", \"times\",
\"chance\", \"lasts_ms\".";

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match serve(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn named(file: &Path, why: &str) -> io::Error {
    io::Error::other(format!("{}: {why}", file.display()))
}

/// The models of a folder, in JSON and in YAML.
fn models(folder: &Path) -> io::Result<Vec<ModelSpec>> {
    let label = folder.display().to_string();
    let models = schemas::models(folder, label.trim_end_matches('/')).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        io::Error::other(faults.join("\nerror: "))
    })?;
    let spec = |model: Model| {
        let output = model.output.as_ref().map(|output| output.text.as_str());
        let spec = ModelSpec::from_text(&model.id, &model.input.text, output);
        spec.map_err(|error| named(Path::new(&model.input.file), &error.to_string()))
    };
    models.into_iter().map(spec).collect()
}

#[tokio::main(flavor = "current_thread")]
async fn serve(arguments: &Arguments) -> io::Result<()> {
    let folder = arguments.schemas.clone().unwrap_or_else(|| repository().join("schemas"));
    let mut builder =
        Simulator::builder().models(models(&folder)?).on_request(|request| println!("{request}"));
    if let Some(file) = &arguments.faults {
        let text = schemas::read(file).map_err(|why| named(file, &why))?;
        builder =
            builder.faults(Faults::from_json(&text).map_err(|why| named(file, &why.to_string()))?);
    }
    if arguments.instant {
        builder = builder.queue(QueuePace::instant());
    }
    let simulator =
        builder.start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port))).await?;
    println!(
        "simulating RunComfy's Model API at {}; nothing is paid; stop it with Ctrl-C",
        simulator.url()
    );
    simulator.serve().await;
    Ok(())
}
