//! The accept loop. `axum::serve` keeps its sockets to itself; faults need them.

use std::io;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Serves until it is dropped; all connections end with it.
pub(super) async fn serve(listener: TcpListener, router: Router) {
    let mut open = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(open.spawn(connection(stream, router.clone()))),
            // Out of file handles, most likely: those that are open will close.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
        while open.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, router: Router) {
    // A client that hangs up, or a reset on purpose, is no fault of the simulator's.
    drop(serve_one(stream, router).await);
}

async fn serve_one(stream: TcpStream, router: Router) -> io::Result<()> {
    stream.set_nodelay(true)?;
    http1::Builder::new()
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .await
        .map_err(io::Error::other)
}
