//! Hosts of files whose TLS is not as it should be.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use runcomfy::Client;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};
use tempfile::tempdir;

use super::files::names;
use crate::support::TOKEN;

/// Made for these tests, for `localhost`, and signed by nobody.
const CERTIFICATE: &[u8] = include_bytes!("../support/tls/cert.der");
const KEY: &[u8] = include_bytes!("../support/tls/key.der");

/// A host of files that does this with every connection, and counts them.
struct Host {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Host {
    fn start(mut talk: impl FnMut(TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                count.fetch_add(1, Ordering::Relaxed);
                talk(stream);
            }
        });
        Self { address, connections }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    async fn failure(&self) -> runcomfy::Error {
        let client = Client::builder().token(TOKEN).build().unwrap();
        let place = tempdir().unwrap();
        let url = format!("https://localhost:{}/a.gif?sig=hush", self.address.port());
        let download = client.download(url).to(place.path()).allow_host("localhost");
        let error = download.stall_timeout(Duration::from_secs(20)).await.unwrap_err();
        assert!(names(place.path()).is_empty());
        assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
        error
    }
}

/// Goes through the handshake as far as the client does.
fn shake_hands(config: &Arc<ServerConfig>, mut stream: TcpStream) {
    let mut tls = ServerConnection::new(config.clone()).unwrap();
    while tls.is_handshaking() {
        if tls.complete_io(&mut stream).is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_refused_at_once() {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(KEY.to_vec()));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(CERTIFICATE.to_vec())], key)
        .unwrap();
    let config = Arc::new(config);
    let host = Host::start(move |stream| shake_hands(&config, stream));
    let error = host.failure().await;
    assert!(error.is_url_refused() && !error.is_safe_to_retry(), "{error:?}");
    assert!(error.to_string().contains("certificate"), "{error}");
    assert_eq!(host.connections(), 1);
}

#[tokio::test]
async fn a_host_without_tls_is_not_asked_again_and_again() {
    let host = Host::start(|mut stream| {
        let mut hello = [0; 512];
        let _ = stream.read(&mut hello);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    let error = host.failure().await;
    assert!(error.is_url_refused(), "{error:?}");
    assert_eq!(host.connections(), 1);
}

#[tokio::test]
async fn a_host_that_refuses_the_handshake_is_not_asked_again_and_again() {
    // A fatal alert: there is no version of TLS that both sides speak; no such name is served here.
    for alert in [70, 40, 112] {
        let host = Host::start(move |mut stream| {
            let mut hello = [0; 512];
            let _ = stream.read(&mut hello);
            let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, alert]);
            // Until the client has read it: what is unread would be a reset.
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            while stream.read(&mut hello).is_ok_and(|read| read > 0) {}
        });
        let error = host.failure().await;
        assert!(error.is_url_refused(), "{alert}: {error:?}");
        assert_eq!(host.connections(), 1, "{alert}");
    }
}

#[tokio::test]
async fn a_handshake_that_breaks_off_is_tried_again() {
    let host = Host::start(|mut stream| {
        let mut hello = [0; 512];
        let read = stream.read(&mut hello);
        assert!(
            read.is_ok() || read.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset)
        );
    });
    let client = Client::builder().token(TOKEN).build().unwrap();
    let place = tempdir().unwrap();
    let url = format!("https://localhost:{}/a.gif", host.address.port());
    let download = client.download(url).to(place.path()).allow_host("localhost").retries(2);
    let error = download.await.unwrap_err();
    assert!(error.is_interrupted() && error.is_safe_to_retry(), "{error:?}");
    assert_eq!(host.connections(), 3);
}
