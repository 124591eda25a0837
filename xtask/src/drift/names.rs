//! Whether what is the same on the wire has the same name in Rust.

use std::collections::BTreeSet;
use std::fmt;

use crate::diff::named;
use crate::surface::{Item, Surface};

#[derive(Default)]
pub(super) struct Names {
    compared: usize,
    renamed: usize,
}

impl Names {
    /// Compares the names of two modules, by where on the wire they are.
    pub(super) fn compare(&mut self, pair: &str, old: &Surface, new: &Surface) {
        let mut seen = BTreeSet::new();
        let mut queue = ["Input", "Output"].map(|root| (root.to_owned(), root.to_owned())).to_vec();
        while let Some((was, is)) = queue.pop() {
            if !seen.insert((was.clone(), is.clone())) {
                continue;
            }
            let (Some(before), Some(now)) = (old.types.get(&was), new.types.get(&is)) else {
                continue;
            };
            self.name(pair, &was, &is, "type");
            for (member, other) in same_on_the_wire(before, now) {
                let (was, is) = (&before.members[member], &now.members[other]);
                self.name(pair, &was.name, &is.name, &format!("member of {}", named(&was.ty)));
                queue.push((named(&was.ty), named(&is.ty)));
            }
        }
    }

    fn name(&mut self, pair: &str, was: &str, is: &str, what: &str) {
        self.compared += 1;
        if was != is {
            self.renamed += 1;
            println!("renamed: {pair}: {was} is {is} now ({what})");
        }
    }

    pub(super) fn stay(&self) -> bool {
        self.renamed == 0
    }
}

/// The members that stand for the same property or value, or hold the same shape.
fn same_on_the_wire(old: &Item, new: &Item) -> Vec<(usize, usize)> {
    let find = |index: usize| {
        let was = &old.members[index];
        let is_same = |is: &crate::surface::Member| match (&was.wire, &is.wire) {
            (Some(was), Some(is)) => was == is,
            (None, None) => was.name == is.name || was.ty == is.ty && !was.ty.is_empty(),
            _ => false,
        };
        // A name that is still there is not one that was given to something else.
        let same_name = new.members.iter().position(|is| is_same(is) && is.name == was.name);
        Some((index, same_name.or_else(|| new.members.iter().position(is_same))?))
    };
    (0..old.members.len()).filter_map(find).collect()
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} names of the same on the wire compared, {} renamed",
            self.compared, self.renamed
        )
    }
}
