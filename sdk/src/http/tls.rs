//! TLS by rustls with *ring*, whatever the program has chosen for itself.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::{
    AlertDescription, ClientConfig, ConfigBuilder, InvalidMessage, RootCertStore, WantsVerifier,
};
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
    Error::config(format!("TLS cannot be set up: {error}")).caused_by(error)
}

/// Whether no connection to this server can be made, however often it is tried: its certificate is
/// not trusted, it speaks no TLS, or none that we do.
pub(super) fn is_final(error: &(dyn StdError + 'static)) -> bool {
    use AlertDescription as Alert;
    // An `io::Error` hides what it is made of from `source`, and may be made of another one.
    if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        return is_final(inner);
    }
    match error.downcast_ref() {
        Some(rustls::Error::AlertReceived(alert)) => matches!(
            alert,
            Alert::HandshakeFailure
                | Alert::ProtocolVersion
                | Alert::InsufficientSecurity
                | Alert::UnrecognisedName
                | Alert::AccessDenied
                | Alert::CertificateRequired
                | Alert::BadCertificate
                | Alert::UnknownCA
                | Alert::NoApplicationProtocol
        ),
        Some(
            rustls::Error::InvalidCertificate(_)
            | rustls::Error::NoCertificatesPresented
            | rustls::Error::UnsupportedNameType
            | rustls::Error::PeerIncompatible(_)
            | rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType),
        ) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_other_try_will_change_is_found_inside_of_io_errors() {
        let untrusted = || {
            let unknown = rustls::CertificateError::UnknownIssuer;
            io::Error::other(rustls::Error::InvalidCertificate(unknown))
        };
        assert!(is_final(&untrusted()) && is_final(untrusted().get_ref().unwrap()));
        assert!(is_final(&io::Error::other(untrusted())));
        let alert = |alert| io::Error::other(rustls::Error::AlertReceived(alert));
        assert!(is_final(&alert(AlertDescription::ProtocolVersion)));
        assert!(!is_final(&alert(AlertDescription::InternalError)));
        assert!(!is_final(&io::Error::other(rustls::Error::DecryptError)));
        assert!(!is_final(&io::Error::from(io::ErrorKind::ConnectionReset)));
    }

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
