//! The vendors in a manifest: each is a Cargo feature of runcomfy, and all together are `models`.

use std::collections::{BTreeMap, BTreeSet};

use runcomfy_codegen::{Fault, Model};
use toml_edit::{Array, DocumentMut, Item, Key, Table, TableLike, Value};

/// The feature of all vendors.
const ALL: &str = "models";

/// The vendors, each with the features that its models need.
pub(crate) type Vendors = BTreeMap<String, BTreeSet<String>>;

/// A manifest as it is now.
#[derive(Debug)]
pub(crate) struct Manifest {
    text: String,
    document: DocumentMut,
    /// The vendors that it has.
    vendors: Vec<String>,
    /// The features that are no vendors, and the dependencies.
    taken: BTreeSet<String>,
}

impl Manifest {
    /// Reads a manifest, or says in a line why its features cannot be written.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let document: DocumentMut = text.parse().map_err(|error| format!("is no TOML: {error}"))?;
        let features = document.get("features").and_then(Item::as_table);
        let features = features.ok_or("has no table `features`")?;
        let all = features.get(ALL).and_then(Item::as_array);
        let all = all.ok_or("has no feature `models`, after which the vendors stand")?;
        let listed: Vec<_> = all.iter().filter_map(Value::as_str).collect();
        let after = features.iter().map(|(name, _)| name).skip_while(|name| *name != ALL);
        let vendors: Vec<_> =
            after.filter(|name| listed.contains(name)).map(str::to_owned).collect();
        let mut taken = BTreeSet::new();
        names(document.as_table(), &mut taken);
        let others = features.iter().map(|(name, _)| name.to_owned());
        taken.extend(others.filter(|name| !vendors.contains(name)));
        Ok(Self { text: text.to_owned(), document, vendors, taken })
    }

    /// Why a vendor cannot be a feature.
    pub(crate) fn refuses(&self, vendor: &str) -> Option<String> {
        let why = if self.taken.contains(vendor) {
            "has a feature or a dependency of that name already"
        } else if !vendor.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            "cannot have a feature that begins so"
        } else {
            return None;
        };
        Some(format!(
            "is of the vendor `{vendor}`, which would be a Cargo feature of runcomfy, and that {why}: generate this \
             model in a crate of its own, by `runcomfy_codegen::build`"
        ))
    }

    /// The models whose vendors cannot be features; the first of each vendor is told.
    pub(crate) fn faults(&self, models: &[Model]) -> Vec<Fault> {
        let mut vendors = BTreeSet::new();
        let first = models.iter().filter(|model| vendors.insert(model.vendor()));
        let fault = |model: &Model| {
            let message = self.refuses(model.vendor())?;
            Some(Fault { file: model.input.file.clone(), pointer: String::new(), message })
        };
        first.filter_map(fault).collect()
    }

    /// The text of the manifest with these vendors and no others; all else in it is as it was.
    pub(crate) fn with(&self, vendors: &Vendors) -> Result<String, String> {
        let mut document = self.document.clone();
        let features = document.get_mut("features").and_then(Item::as_table_mut);
        let features = features.ok_or("has no table `features`")?;
        write(features, &self.vendors, vendors);
        let text = document.to_string();
        let now = Self::parse(&text)?;
        let expected: Vec<_> = vendors.keys().cloned().collect();
        if now.vendors != expected || now.without_vendors() != self.without_vendors() {
            return Err(
                "would lose more than vendors: a mistake of the generator, please report it"
                    .to_owned(),
            );
        }
        Ok(text)
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    fn without_vendors(&self) -> String {
        let mut document = self.document.clone();
        if let Some(features) = document.get_mut("features").and_then(Item::as_table_mut) {
            self.vendors.iter().map(String::as_str).chain([ALL]).for_each(|name| {
                features.remove(name);
            });
        }
        document.to_string()
    }
}

/// The names of all dependencies, those of other kinds and for some targets included.
fn names(table: &dyn TableLike, found: &mut BTreeSet<String>) {
    for (key, item) in table.iter() {
        let Some(inner) = item.as_table_like() else { continue };
        if key.ends_with("dependencies") {
            found.extend(inner.iter().map(|(name, _)| name.to_owned()));
        } else if key == "target" {
            inner
                .iter()
                .filter_map(|(_, item)| item.as_table_like())
                .for_each(|table| names(table, found));
        }
    }
}

/// Puts `models` and the vendors where `models` and the old vendors stood.
fn write(features: &mut Table, old: &[String], new: &Vendors) {
    let all: Vec<_> = features.iter().map(|(name, _)| name.to_owned()).collect();
    let is_ours = |name: &String| name == ALL || old.contains(name);
    let after: Vec<_> =
        all.iter().skip_while(|name| *name != ALL).filter(|name| !is_ours(name)).collect();
    let after: Vec<_> = after.into_iter().filter_map(|name| features.remove_entry(name)).collect();
    let models = features.remove_entry(ALL);
    old.iter().for_each(|name| {
        features.remove(name);
    });
    if let Some((key, _)) = models {
        features.insert_formatted(&key, Item::Value(lines(new.keys()).into()));
    }
    for (vendor, needs) in new {
        let needs: Array = needs.iter().collect();
        features.insert_formatted(&Key::new(vendor), Item::Value(needs.into()));
    }
    for (key, item) in after {
        features.insert_formatted(&key, item);
    }
}

/// A list with a line for each of its values.
fn lines<'a>(names: impl Iterator<Item = &'a String>) -> Array {
    let mut array = Array::new();
    for name in names {
        array.push_formatted(Value::from(name).decorated("\n  ", ""));
    }
    array.set_trailing("\n");
    array.set_trailing_comma(!array.is_empty());
    array
}

#[cfg(test)]
mod tests {
    use super::{Manifest, Vendors};
    use crate::repository;

    const BEFORE: &str = "[features]\ndefault = [\"client\", \"models\"]\n## The client.\nclient = [\"dep:tokio\"]\n\n\
                          # <models: written by `cargo xtask codegen`>\n## Every model.\nmodels = [\n  \"acme\",\n]\n\
                          acme = []\n# </models>\n\n[dependencies]\ntokio = { version = \"1\", optional = true }\n\n\
                          [target.'cfg(unix)'.dev-dependencies]\nlibc = \"1\"\n";

    fn vendors(names: &[(&str, &[&str])]) -> Vendors {
        let owned = |name: &&str| (*name).to_owned();
        names.iter().map(|(name, needs)| (owned(name), needs.iter().map(owned).collect())).collect()
    }

    #[test]
    fn vendors_come_and_go_and_nothing_else_changes() {
        let before = Manifest::parse(BEFORE).expect("a manifest");
        assert_eq!(before.with(&vendors(&[("acme", &[])])).as_deref(), Ok(BEFORE));
        let more = vendors(&[("302ai", &[]), ("acme", &["pattern"]), ("x.ai", &[])]);
        let more = before.with(&more).expect("good vendors");
        let expected = BEFORE
            .replace("  \"acme\",\n", "  \"302ai\",\n  \"acme\",\n  \"x.ai\",\n")
            .replace("acme = []\n", "302ai = []\nacme = [\"pattern\"]\n\"x.ai\" = []\n");
        assert_eq!(more, expected);
        let again = Manifest::parse(&more).expect("a manifest");
        assert_eq!(again.with(&vendors(&[("acme", &[])])).as_deref(), Ok(BEFORE));
        let none = again.with(&vendors(&[])).expect("no vendors");
        assert!(none.contains("models = [\n]\n# </models>"), "{none}");
        let back = Manifest::parse(&none).expect("a manifest");
        assert_eq!(back.with(&vendors(&[("acme", &[])])).as_deref(), Ok(BEFORE));
    }

    #[test]
    fn features_of_the_crate_stay_where_they_are() {
        // Written after the vendors, or listed among them by hand.
        let text = BEFORE
            .replace("acme = []\n", "acme = []\nlater = []\n")
            .replace("  \"acme\",\n", "  \"acme\",\n  \"client\",\n");
        let manifest = Manifest::parse(&text).expect("a manifest");
        let now = manifest.with(&vendors(&[("acme", &[]), ("beta", &[])])).expect("good vendors");
        assert!(
            now.contains("client = [\"dep:tokio\"]") && now.contains("beta = []\nlater = []\n"),
            "{now}"
        );
    }

    #[test]
    fn names_that_are_taken_are_refused() {
        let manifest = Manifest::parse(BEFORE).expect("a manifest");
        for vendor in ["default", "client", "models", "tokio", "libc", "-x", ".x"] {
            let message = manifest.refuses(vendor).expect(vendor);
            assert!(
                message.contains(&format!("`{vendor}`"))
                    && message.contains("runcomfy_codegen::build"),
                "{message}"
            );
        }
        for vendor in ["acme", "x.ai", "_x", "302ai", "wan-ai", "Default"] {
            assert_eq!(manifest.refuses(vendor), None);
        }
        let text =
            std::fs::read_to_string(repository().join("sdk/Cargo.toml")).expect("a manifest");
        let manifest = Manifest::parse(&text).expect("a manifest");
        for vendor in [
            "default",
            "client",
            "models",
            "blocking",
            "simulator",
            "schemars",
            "schema-text",
            "pattern",
            "serde",
            "tokio",
            "insta",
        ] {
            assert!(manifest.refuses(vendor).is_some(), "{vendor}");
        }
        assert_eq!(manifest.refuses("google"), None);
    }

    #[test]
    fn a_manifest_that_is_none_is_refused() {
        for (text, why) in [
            ("[features", "is no TOML"),
            ("", "has no table `features`"),
            ("[features]\n", "has no feature `models`"),
            ("[features]\nmodels = \"all\"\n", "has no feature `models`"),
        ] {
            let error = Manifest::parse(text).expect_err(text);
            assert!(error.starts_with(why), "{error}");
        }
    }
}
