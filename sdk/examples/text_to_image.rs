//! Text into a picture: `cargo run --example text_to_image -- "a lighthouse at dusk"`.
//!
//! With a token in the environment it asks RunComfy, which costs money. Without one it starts the
//! simulator, which costs nothing.

use std::error::Error;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use runcomfy::models::google::nano_banana_2::text_to_image::{AspectRatio, Input};
use runcomfy::simulator::Simulator;
use runcomfy::{Client, Event};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let prompt = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    if prompt.trim().is_empty() {
        return Err(
            "say what to paint: cargo run --example text_to_image -- \"a lighthouse at dusk\""
                .into(),
        );
    }
    let (client, _simulator) = client().await?;

    // A wrong value is refused here, before anything is sent.
    let input = Input::new(prompt).aspect_ratio(AspectRatio::_16_9).num_images(1);
    let job = client.submit(input).await?;
    println!("job {} is accepted", job.request_id());

    // Shown on a terminal only.
    let progress = ProgressBar::new_spinner()
        .with_style(ProgressStyle::with_template("{spinner} {msg} {elapsed}")?);
    progress.enable_steady_tick(Duration::from_millis(100));
    let mut events = job.events();
    let done = loop {
        match events.next().await {
            Some(Event::Queued { position: Some(position) }) => {
                progress.set_message(format!("in the queue at {position}"));
            }
            Some(Event::Queued { .. }) => progress.set_message("in the queue"),
            Some(Event::Running) => progress.set_message("painting"),
            Some(Event::PollFailed { error, .. }) => {
                progress.set_message(format!("asking again: {error}"));
            }
            Some(Event::Finished(result)) => break result?,
            Some(_) => {}
            None => return Err("the job's events ended without a result".into()),
        }
    };
    progress.set_message("downloading");
    let files = client.download(&done).to("outputs").await?;
    progress.finish_and_clear();

    for file in files {
        println!("saved {} ({} bytes)", file.path.display(), file.bytes);
    }
    match done.cost {
        Some(cost) => println!("it cost {cost} US dollars"),
        None => println!("the service did not say what it cost"),
    }
    Ok(())
}

/// RunComfy where there is a token, else the simulator, which lives as long as it is held.
async fn client() -> Result<(Client, Option<Simulator>), Box<dyn Error>> {
    let names = ["RUNCOMFY_API_TOKEN", "RUNCOMFY_TOKEN", "RUNCOMFY_API_KEY"];
    let has_token =
        names.iter().any(|name| std::env::var(name).is_ok_and(|token| !token.trim().is_empty()));
    if has_token {
        println!("asking RunComfy with the token of the environment: this costs money");
        return Ok((Client::from_env()?, None));
    }
    println!(
        "no token in {}: using the simulator on this machine, which costs nothing",
        names.join(", ")
    );
    println!("(the picture is made up from the prompt; no model is run)");
    let simulator = Simulator::builder().compiled_models().start().await?;
    let client = Client::builder().token("simulated").base_url(simulator.url()).build()?;
    Ok((client, Some(simulator)))
}
