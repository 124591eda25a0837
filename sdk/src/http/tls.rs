//! TLS by rustls with *ring*, whatever the program has chosen for itself.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::Verifier;

use super::Origin;
use crate::error::Error;

/// A configuration of our own: reqwest would otherwise take the provider that the process has
/// installed, and panic where there is none; and to install one is the program's business.
pub(crate) fn config(origin: &Origin) -> Result<ClientConfig, Error> {
    // On this machine there is no TLS, and a container without certificates must not matter.
    if origin.is_plain() { trusting_nobody() } else { as_the_platform_does() }
}

/// The same for the files of results, which may be on https where the service is not.
pub(crate) fn for_files(origin: &Origin) -> Result<ClientConfig, Error> {
    as_the_platform_does().or_else(
        |error| {
            if origin.is_plain() { trusting_nobody() } else { Err(error) }
        },
    )
}

fn as_the_platform_does() -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new(provider.clone()).map_err(failed)?;
    Ok(builder(provider)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

fn trusting_nobody() -> Result<ClientConfig, Error> {
    let builder = builder(Arc::new(ring::default_provider()))?;
    Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn builder(
    provider: Arc<CryptoProvider>,
) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Error> {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)
}

fn failed(error: rustls::Error) -> Error {
    Error::config("TLS cannot be set up").caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_own_choice_of_provider_is_left_alone() {
        for url in ["http://localhost:1", "https://localhost:1"] {
            let client = crate::Client::builder().token("t").base_url(url).build();
            drop(client.unwrap());
        }
        assert!(CryptoProvider::get_default().is_none());
        ring::default_provider().install_default().unwrap();
    }
}
