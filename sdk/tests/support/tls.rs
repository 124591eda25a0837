//! Ways to a server that take their time: TLS, and proxies.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What stands before the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Front {
    /// TLS, for `localhost` and 127.0.0.1.
    Tls,
    /// A proxy for `CONNECT`.
    Connect,
    /// A proxy by SOCKS 5, without a password.
    Socks,
}

/// A front in place, each of whose connections takes so long to be made.
pub(crate) struct Placed {
    pub(crate) address: SocketAddr,
    /// How many connections came.
    pub(crate) connections: Arc<AtomicUsize>,
}

impl Front {
    pub(crate) async fn before(self, target: SocketAddr, delay: Duration) -> Placed {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let placed =
            Placed { address: listener.local_addr().unwrap(), connections: Arc::default() };
        let connections = placed.connections.clone();
        let acceptor = acceptor();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                client.set_nodelay(true).unwrap();
                connections.fetch_add(1, Ordering::SeqCst);
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    // Whoever has gone away is not served.
                    let _ = self.serve(client, target, acceptor).await;
                });
            }
        });
        placed
    }

    async fn serve(
        self,
        mut client: TcpStream,
        target: SocketAddr,
        acceptor: TlsAcceptor,
    ) -> std::io::Result<()> {
        match self {
            Self::Tls => {
                let mut inside = acceptor.accept(client).await?;
                let mut server = TcpStream::connect(target).await?;
                copy_bidirectional(&mut inside, &mut server).await?;
                return Ok(());
            }
            Self::Connect => {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(client.read_u8().await?);
                }
                assert!(head.starts_with(b"CONNECT "), "{}", String::from_utf8_lossy(&head));
                client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
            }
            Self::Socks => {
                let mut greeting = [0; 3];
                client.read_exact(&mut greeting).await?;
                client.write_all(&[5, 0]).await?;
                let mut request = [0; 5];
                client.read_exact(&mut request).await?;
                // An address of four bytes, or a name with its length before it; then the port.
                let rest = if request[3] == 1 { 5 } else { usize::from(request[4]) + 2 };
                client.read_exact(&mut vec![0; rest]).await?;
                client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await?;
            }
        }
        let mut server = TcpStream::connect(target).await?;
        copy_bidirectional(&mut client, &mut server).await?;
        Ok(())
    }
}

/// TLS for `localhost` and 127.0.0.1, as a child trusts it.
pub(crate) fn acceptor() -> TlsAcceptor {
    let certificate = CertificateDer::from_slice(include_bytes!("tls/localhost.der")).into_owned();
    let key = PrivateKeyDer::try_from(&include_bytes!("tls/localhost.key.der")[..]).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.clone_key())
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// This program again, to run one test of it in another environment; it trusts the fronts.
///
/// The test finds `RUNCOMFY_TEST_CHILD` set, and no variable of a proxy but those given.
pub(crate) fn child(test: &str, variables: &[(&str, &str)]) -> Command {
    let authority = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/tls/authority.pem");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]);
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.env("SSL_CERT_FILE", authority).env("RUNCOMFY_TEST_CHILD", "1");
    command.envs(variables.iter().copied());
    command
}

pub(crate) fn is_child() -> bool {
    std::env::var_os("RUNCOMFY_TEST_CHILD").is_some()
}

/// Runs it to its end, which has to be a good one.
pub(crate) async fn run(mut command: Command) -> String {
    let Output { status, stdout, stderr } =
        tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{told}");
    told
}
