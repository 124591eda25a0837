//! TLS by rustls with *ring*, whatever the program has chosen for itself.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::Origin;
use crate::error::Error;

/// A configuration of our own: reqwest would otherwise take the provider that the process has
/// installed, and panic where there is none; and to install one is the program's business.
pub(crate) fn config(origin: &Origin) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let failed = |error: rustls::Error| Error::config("TLS cannot be set up").caused_by(error);
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    // On this machine there is no TLS, and a container without certificates must not matter.
    if origin.is_plain() {
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let verifier = Verifier::new(provider).map_err(failed)?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
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
        assert!(rustls::crypto::CryptoProvider::get_default().is_none());
        ring::default_provider().install_default().unwrap();
    }
}
