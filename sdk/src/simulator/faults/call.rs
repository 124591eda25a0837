//! A request, as far as rules look at it.

use axum::http::{Method, Uri};

use super::rule::Endpoint;

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) endpoint: Endpoint,
    pub(crate) model: Option<String>,
    /// The number of the job that it is about.
    pub(crate) job: Option<u64>,
}

impl Call {
    /// What a request is about; `None` for what is not of the real service. `job` looks up the number
    /// and the model of a job.
    pub(crate) fn new(
        method: &Method,
        uri: &Uri,
        job: impl Fn(&str) -> Option<(u64, String)>,
    ) -> Option<Self> {
        let path = uri.path();
        if let Some(model) = path.strip_prefix("/v1/models/") {
            let endpoint =
                if method == Method::POST { Endpoint::Submit } else { Endpoint::Catalog };
            return Some(Self { endpoint, model: Some(model.to_owned()), job: None });
        }
        if path == "/v1/models" {
            return Some(Self { endpoint: Endpoint::Catalog, model: None, job: None });
        }
        let (endpoint, id) = if let Some(file) = path.strip_prefix("/files/") {
            (Endpoint::File, file.split_once('/')?.0)
        } else {
            let (id, what) = path.strip_prefix("/v1/requests/")?.split_once('/')?;
            let endpoint = match what {
                "status" => Endpoint::Status,
                "result" => Endpoint::Result,
                "cancel" => Endpoint::Cancel,
                _ => return None,
            };
            (endpoint, id)
        };
        let (number, model) = job(id).unzip();
        Some(Self { endpoint, model, job: number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_told_apart() {
        let call = |method, path: &str| {
            let uri = path.parse().unwrap();
            Call::new(&method, &uri, |id| (id == "a1").then(|| (7, "m/x".to_owned())))
                .map(|call| (call.endpoint, call.model, call.job))
        };
        let of_job = |endpoint| Some((endpoint, Some("m/x".to_owned()), Some(7)));
        let model = Some("m/x".to_owned());
        assert_eq!(
            call(Method::POST, "/v1/models/m/x"),
            Some((Endpoint::Submit, model.clone(), None))
        );
        assert_eq!(call(Method::GET, "/v1/models/m/x"), Some((Endpoint::Catalog, model, None)));
        assert_eq!(call(Method::GET, "/v1/models?limit=1"), Some((Endpoint::Catalog, None, None)));
        assert_eq!(call(Method::GET, "/v1/requests/a1/status"), of_job(Endpoint::Status));
        assert_eq!(call(Method::GET, "/files/a1/0.png"), of_job(Endpoint::File));
        assert_eq!(
            call(Method::GET, "/v1/requests/b/result?include_cost=true"),
            Some((Endpoint::Result, None, None))
        );
        assert_eq!(call(Method::GET, "/simulator/ledger"), None);
    }
}
