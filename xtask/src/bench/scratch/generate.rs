//! Generates a module from each schema of a folder, by one generator or another:
//! `generate <ours|stable|newest> <schemas> [<modules>]`.

use std::path::Path;
use std::{env, fs};

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let generate = match arguments[0].as_str() {
        "ours" => ours,
        "stable" => stable,
        "newest" => newest,
        other => panic!("no generator is called {other}"),
    };
    for index in 0.. {
        let file = Path::new(&arguments[1]).join(format!("{index}.json"));
        let Ok(text) = fs::read_to_string(file) else { break };
        let module = generate(&text);
        if let Some(folder) = arguments.get(2) {
            fs::write(Path::new(folder).join(format!("m{index}.rs")), module).unwrap();
        }
    }
}

fn ours(text: &str) -> String {
    runcomfy_codegen::emit("input.json", text, "Input", runcomfy_codegen::Role::Input).unwrap().text
}

fn stable(text: &str) -> String {
    let mut space = stable::TypeSpace::new(&stable::TypeSpaceSettings::default());
    space.add_root_schema(root(text)).unwrap();
    format(space.to_stream())
}

fn newest(text: &str) -> String {
    let mut space = newest::TypeSpace::new(&newest::TypeSpaceSettings::default());
    space.add_root_schema(root(text)).unwrap();
    format(space.to_stream().unwrap())
}

/// typify names the root type by its title.
fn root(text: &str) -> schemars::schema::RootSchema {
    let mut root: schemars::schema::RootSchema = serde_json::from_str(text).unwrap();
    root.schema.metadata().title = Some("Input".to_owned());
    root
}

fn format(tokens: proc_macro2::TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}
