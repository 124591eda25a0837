//! `cargo xtask simulate`: the queue service on localhost.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use runcomfy::simulator::{QueuePace, Simulator};

use crate::{failed, repository};

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
    /// Every job is done at once
    #[arg(long)]
    instant: bool,
}

const EXAMPLE: &str = "\
Any bearer token will do:

  curl -H 'Authorization: Bearer any' -d '{\"prompt\": \"a lighthouse\"}' \\
    http://127.0.0.1:8777/v1/models/google/nano-banana-2/text-to-image";

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match serve(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn serve(arguments: &Arguments) -> io::Result<()> {
    let schemas = arguments.schemas.clone().unwrap_or_else(|| repository().join("schemas"));
    let mut builder =
        Simulator::builder().schemas_dir(&schemas)?.on_request(|request| println!("{request}"));
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
