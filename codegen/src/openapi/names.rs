//! What tells the operations of a document apart.

use std::collections::BTreeSet;

use super::Operation;

/// Names each operation for what its path has beside the paths of the others; where that is
/// not enough, for its `operationId`, then for its method.
pub(super) fn give(operations: &mut [Operation]) {
    let paths: Vec<_> = operations.iter().map(|operation| segments(&operation.call)).collect();
    let shared = (0..).take_while(|index| {
        let first = paths.first().and_then(|path| path.get(*index));
        first.is_some() && paths.iter().all(|path| path.get(*index) == first)
    });
    let shared = shared.count();
    let mut taken = BTreeSet::new();
    for (operation, path) in operations.iter_mut().zip(&paths) {
        let by_path = path[shared..].join("/");
        let by_id = operation.id.as_deref().map(kebab).filter(|id| !id.is_empty());
        let method = operation.call.split(' ').next().unwrap_or_default().to_ascii_lowercase();
        let with_method = format!("{by_path}/{method}").trim_start_matches('/').to_owned();
        let numbered = (2..).map(|number| format!("{with_method}-{number}"));
        let names = [Some(by_path), by_id, Some(with_method.clone())].into_iter().flatten();
        let mut names = names.chain(numbered);
        operation.name = names.find(|name| taken.insert(name.clone())).unwrap_or_default();
    }
}

/// The segments of a path that are fixed, as those of a model's id.
fn segments(call: &str) -> Vec<String> {
    let path = call.split_once(' ').map_or("", |(_, path)| path);
    let fixed = path.split('/').filter(|segment| !segment.contains('{'));
    fixed.map(plain).filter(|segment| !segment.is_empty()).collect()
}

/// A segment with nothing but what an id may have.
fn plain(segment: &str) -> String {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let plain = segment.replace(|c| !is_allowed(c), "-");
    plain.trim_matches(['-', '.']).to_owned()
}

/// `createImage` and `create image` become `create-image`.
fn kebab(id: &str) -> String {
    let mut kebab = String::new();
    let mut before = ' ';
    for c in id.chars() {
        if c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit()) {
            kebab.push('-');
        }
        kebab.extend(c.to_lowercase());
        before = c;
    }
    plain(&kebab.replace('_', "-"))
}
