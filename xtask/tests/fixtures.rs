//! What the generator's snapshots show, compiled and run.

#[allow(
    unreachable_pub,
    dead_code,
    clippy::unreadable_literal,
    reason = "the schemas decide, and not every item is used"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/fixtures.rs"));
}

use generated::{
    all_of, annotations, annotations_output, dialect, enums, flatten, integers, korean, limits,
    media, names, nested, nullable, open_output, prose, references, required, residual,
    root_anything, root_enum, root_list, root_string, root_union, tuples, unevaluated, unions,
    validations, words, wrapped_output,
};
use runcomfy::schema::runtime::media::each as each_medium;
use runcomfy::schema::runtime::{MediaRule, Member, Rule};
use runcomfy::schema::{Integer, Nullable};
use runcomfy::{Image, OutputKind, Violation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_value, json, to_value};

/// Reads what the schema accepts and writes it back unchanged.
fn accepts<T: DeserializeOwned + Serialize>(value: &Value) -> T {
    let read: T = from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"));
    assert_eq!(to_value(&read).unwrap(), *value);
    read
}

/// The message with which something is refused, which names each of the places.
fn refuses<T: DeserializeOwned>(value: &Value, places: &[&str]) -> String {
    let message = match from_value::<T>(value.clone()) {
        Ok(_) => panic!("{value} is accepted"),
        Err(error) => error.to_string(),
    };
    for place in places {
        assert!(message.contains(place), "{message:?} does not name {place:?}");
    }
    message
}

#[test]
fn korean_names_and_values_work() {
    let input = korean::Root::new("등대").비율(korean::비율Type::가로).화질(2);
    assert_eq!(to_value(&input).unwrap(), json!({"prompt": "등대", "비율": "가로", "화질": 2}));
    refuses::<korean::Root>(
        &json!({"prompt": "등대", "화질": 4}),
        &["/화질: 4 is above the maximum 3"],
    );
}

#[test]
fn names_are_words_and_what_leaves_no_choice_is_filled_in() {
    let size = words::ImageSizeCustom::new().width(640);
    let input = words::Root::new()
        .image_size(words::ImageSizePreset::Square)
        .mode(words::ModeAuto::Auto)
        .source(words::SourceUrl::new("u"))
        .operator(words::Operator::NotEqual)
        .sort(words::Sort::MinusCreated)
        .language(words::Language::CSharp)
        .grade(words::Grade::AMinus)
        .mood(words::Mood::HotUppercase);
    assert_eq!(
        to_value(&input).unwrap(),
        json!({"image_size": "square", "mode": "auto", "source": {"url": "u"}, "operator": "!=",
            "sort": "-created", "language": "C#", "grade": "A-", "mood": "HOT", "kind": "task"})
    );
    assert_eq!(words::Root::default(), words::Root::new());
    assert!(matches!(words::ImageSize::from(size), words::ImageSize::Custom(_)));
    for name in [words::Mood::Fire, words::Mood::Hot, words::Mood::HotExclamation] {
        let _ = accepts::<words::Root>(&json!({"kind": "task", "mood": name}));
    }
}

#[test]
fn enums_are_closed_and_name_the_nearest_value() {
    let all = json!({"ratio": "16:9", "seconds": -1, "seconds_or_word": "5", "only": "customize",
        "fixed": "v1", "mixed": 2.5, "maybe": null, "twice": "b", "other_type": "a", "shapes": [1],
        "alternatives": "y"});
    let read: enums::Root = accepts(&all);
    assert_eq!(read.ratio, enums::Ratio::_16_9);
    assert_eq!(read.mixed, Some(enums::Mixed::_2_5));
    assert_eq!(read.maybe, Some(Nullable::Null));
    refuses::<enums::Root>(
        &json!({"ratio": "16:8", "seconds": 6, "mixed": false, "other_type": 1, "shapes": 2}),
        &[
            "/ratio: \"16:8\" is not one of \"auto\", \"16:9\"",
            "did you mean \"16:9\"?",
            "/seconds: 6",
            "did you mean 5?",
            "/mixed",
            "/other_type",
            "/shapes",
        ],
    );
    assert_eq!("1080p".parse(), Ok(enums::Ratio::_1080p));
    assert_eq!(enums::Seconds::try_from(10), Ok(enums::Seconds::_10));
    assert_eq!(enums::Seconds::ALL.len(), 3);
    assert_eq!(enums::Ratio::_0_5K.to_string(), "0.5K");
    let unknown = enums::Ratio::try_from("16-9").unwrap_err().to_string();
    assert!(unknown.contains("did you mean \"16:9\"?"), "{unknown}");
    // 5.0 is the integer 5.
    assert_eq!(
        from_value::<enums::Root>(json!({"ratio": "43", "seconds": 5.0})).unwrap().seconds,
        Some(enums::Seconds::_5)
    );
}

#[test]
fn every_limit_is_kept_and_all_faults_are_told_at_once() {
    let _ = accepts::<limits::Root>(
        &json!({"count": 4, "seed": 4_294_967_295_u32, "huge": u64::MAX, "scale": 1.5,
        "step": 0.07, "even": 98, "name": "héllo", "tags": ["a", "b"], "grid": [[1], []]}),
    );
    let broken = json!({"count": 0, "seed": -2, "huge": -1, "scale": 0, "step": 0.001, "even": 101,
        "name": "x", "tags": ["a", "a", "long", "b"], "grid": [[1, 2, 3], [-1]]});
    let message = refuses::<limits::Root>(
        &broken,
        &[
            "/count: 0 is below the minimum 1",
            "/seed: -2",
            "/huge: -1",
            "/scale: 0 must be above 0",
            "/step: 0.001 is not a multiple of 0.01",
            "/even: 101",
            "/name: has 1 character",
            "/tags: has 4 items, at most 3",
            "/tags/1: \"a\" stands at 0 already",
            "/tags/2: has 4 characters",
            "/grid/0: has 3 items",
            "/grid/1/0: -1 is below",
        ],
    );
    assert!(message.starts_with("13 faults:"), "{message}");
    let built = limits::Root::new().count(9).scale(f64::NAN).tags(["a", "b", "c", "d"]);
    let faults = built.validate().unwrap_err();
    let pointers: Vec<_> = faults.violations().iter().map(Violation::pointer).collect();
    assert_eq!(pointers, ["/count", "/scale", "/tags"]);
}

#[test]
fn an_integer_is_exact_at_any_size() {
    // Each with its neighbours: the second is what the schema allows.
    let limits = [
        ("odd", ["10000000000000000000", "10000000000000000001", "10000000000000000003"]),
        ("unsigned", ["-1", "18446744073709551615", "18446744073709551616"]),
        ("digits", ["-36893488147419103234", "36893488147419103234", "36893488147419103235"]),
        ("digits_listed", ["36893488147419103232", "36893488147419103233", "36893488147419103234"]),
        ("digits_listed", ["99999999999999991611392", "100000000000000000000000", "1.5e23"]),
        ("anything", ["-18446744073709551617.5e1", "18446744073709551615", "18446744073709551616"]),
        ("narrow", ["-6", "9223372036854775807", "9223372036854775808"]),
        ("listed", ["18446744073709551614", "18446744073709551615", "18446744073709551616"]),
        ("constant", ["18446744073709551614", "18446744073709551615", "18446744073709551616"]),
    ];
    for (name, [below, allowed, above]) in limits {
        let document = |value| format!(r#"{{"free":1,"above":2,"{name}":{value}}}"#);
        let read = |value| integers::Root::from_json(&document(value));
        let right = read(allowed).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(right.to_json(), document(allowed));
        assert_eq!(right.validate(), Ok(()), "{name}");
        for wrong in [below, above] {
            let error = read(wrong).expect_err(wrong).to_string();
            assert!(!error.contains("bits"), "{error}");
        }
    }
    let free = "-123456789012345678901234567890123456789012345678901234567890";
    // One in a union, and one in a list that is looked at as a whole.
    let text =
        r#"{"free":1,"above":2,"either":36893488147419103233,"several":[36893488147419103233]}"#;
    assert_eq!(integers::Root::from_json(text).expect("integers").to_json(), text);
    let text = format!(r#"{{"free":{free},"above":1e400,"several":[1e2,{free}]}}"#);
    let read = integers::Root::from_json(&text).expect("integers");
    assert_eq!((read.free.to_string(), read.free.as_i128()), (free.to_owned(), None));
    assert_eq!(read.above.to_string().len(), 401);
    assert_eq!(read.several, Some(vec![100.into(), free.parse().expect("digits")]));
    let built =
        integers::Root::new(integers::RootRequired { free: 7.into(), above: u64::MAX.into() })
            .several([1, 2])
            .nullable(i64::MIN)
            .either(integers::Either::Integer(u64::MAX.into()));
    assert_eq!(built.validate(), Ok(()));
    assert_eq!(
        built.to_json(),
        r#"{"free":7,"above":18446744073709551615,"either":18446744073709551615,"nullable":-9223372036854775808,"several":[1,2]}"#
    );
    let faults = integers::Root::new(integers::RootRequired { free: 1.into(), above: (-1).into() })
        .unsigned(u128::MAX)
        .validate()
        .unwrap_err()
        .to_string();
    assert!(faults.contains("/above: -1 is below the minimum 0"), "{faults}");
    assert!(
        faults.contains("/unsigned: 340282366920938463463374607431768211455 is above the maximum 18446744073709551615"),
        "{faults}"
    );
}

#[test]
fn media_have_types_of_their_own_and_two_of_them_are_given_by_name() {
    let required = media::RootRequired {
        image_url: Image::url("https://example.com/a.png"),
        last_frame: Image::url("https://example.com/b.png"),
    };
    let input = media::Root::new(required).image_urls([Image::url("https://example.com/c.png")]);
    let written = json!({"image_url": "https://example.com/a.png", "last_frame": "https://example.com/b.png",
        "image_urls": ["https://example.com/c.png"]});
    assert_eq!(to_value(&input).unwrap(), written);
    refuses::<media::Root>(
        &json!({"image_url": 1, "image_urls": []}),
        &["/image_url: must be a string", "/last_frame: is required", "/image_urls: has 0 items"],
    );
}

#[test]
fn published_limits_stand_beside_every_medium_and_refuse_nothing() {
    let read: validations::Root = accepts(&json!({"picture": "a", "films": ["b", "http://c"],
        "mask": "", "sound": "d", "prompt": "e"}));
    let mut seen = Vec::new();
    each_medium(Member::view(&read), &mut |place, medium| {
        seen.push((place, medium.kind, medium.rules));
    });
    let films: &[Rule] = &[Rule::Media(&[MediaRule::Saying(
        "Each film must be smaller than 100 MB.",
        &MediaRule::FileSizeMbBelow(100.0),
    )])];
    let picture: &[Rule] = &[Rule::Media(&[
        MediaRule::RatioAbove(0.4),
        MediaRule::RatioBelow(2.5),
        MediaRule::WidthAbove(300.0),
        MediaRule::HeightAbove(300.0),
    ])];
    let expected: [(&str, OutputKind, &[Rule]); 5] = [
        ("/picture", OutputKind::Image, picture),
        ("/films/0", OutputKind::Video, films),
        ("/films/1", OutputKind::Video, films),
        ("/mask", OutputKind::Image, &[Rule::Media(&[MediaRule::FileSizeMbBelow(0.5)])]),
        ("/sound", OutputKind::Audio, &[]),
    ];
    assert_eq!(seen, expected.map(|(place, kind, rules)| (place.to_owned(), kind, rules)));
}

#[test]
fn null_is_not_absent() {
    let _ = accepts::<nullable::Root>(&json!({"required_null": null}));
    let read: nullable::Root =
        accepts(&json!({"any_of": null, "list": null, "open_api": null, "required_null": "x",
        "only_null": null, "items": [1, null]}));
    assert_eq!(read.any_of, Some(Nullable::Null));
    assert_eq!(read.never_null, None);
    refuses::<nullable::Root>(
        &json!({"never_null": null, "list": 4, "any_of": ""}),
        &[
            "/never_null: must be a string, not null",
            "/required_null: is required",
            "/list: 4 is above",
            "/any_of: has 0 characters",
        ],
    );
}

#[test]
fn what_is_said_of_use_reaches_callers() {
    let json = json!({"model": "old", "id": "a", "seed": 5, "steps": 20, "target": 1});
    let read = accepts::<annotations::Root>(&json);
    #[expect(deprecated, reason = "each of these is: that nobody was warned would fail here")]
    {
        assert_eq!(read.steps, Some(20.into()));
        assert_eq!(read.model, annotations::Model::Old);
        assert!(matches!(read.target, Some(annotations::Target::Integer(_))));
        let built = annotations::Root::new("a", annotations::Model::Fine).steps(20).tags(["b"]);
        assert_eq!(
            to_value(&built).unwrap(),
            json!({"model": "fine", "id": "a", "steps": 20, "tags": ["b"]})
        );
    }
    // What only the service sets has no setter, and stays where it was read.
    assert_eq!(read.seed, Some(5.into()));
    // A result that leaves out what is only ever sent is a result.
    let output = accepts::<annotations_output::Root>(&json!({"seed": 1, "state": "gone"}));
    assert_eq!(output.secret, None);
}

#[test]
fn nested_types_are_checked_where_they_stand() {
    let _ = accepts::<nested::Root>(
        &json!({"loras": [{"path": "a", "scale": 1.5}], "closed": {"width": 3},
        "typed_rest": {"name": "n", "x": 9}, "map": {"a": "on"}, "anything": {"b": [1]}, "untyped": [1, {"c": null}], "more": 1}),
    );
    refuses::<nested::Root>(
        &json!({"loras": [{"scale": 5}, 3], "closed": {"witdh": 1}, "typed_rest": {"x": 10}, "map": {"a": "onn"}, "anything": 1}),
        &[
            "/loras/0/path: is required",
            "/loras/0/scale: 5 is above",
            "/loras/1: must be an object, not 3",
            "/closed/witdh: is not a property that the schema names; did you mean `width`?",
            "/typed_rest/x: 10 is above",
            "/map/a: \"onn\" is not one of",
            "/anything: must be an object",
        ],
    );
    let input =
        nested::Root::new().loras([nested::LorasItem::new("a").scale(0.5)]).extra("new_key", 1);
    assert_eq!(
        to_value(&input).unwrap(),
        json!({"loras": [{"path": "a", "scale": 0.5}], "new_key": 1})
    );
}

#[test]
fn unions_take_the_variant_that_fits() {
    let read: unions::Root = accepts(
        &json!({"image_size": "square", "prompts": ["a"], "voice": "someone", "kinds": "abc"}),
    );
    assert_eq!(read.image_size, Some(unions::ImageSizePreset::Square.into()));
    assert_eq!(read.voice, Some(unions::Voice::Other("someone".into())));
    let _ = accepts::<unions::Root>(
        &json!({"image_size": {"width": 1, "height": 2}, "exclusive": 4, "kinds": null, "content": {"type": "text", "text": "t"}}),
    );
    refuses::<unions::Root>(
        &json!({"image_size": {"width": 5000, "height": 2}}),
        &["/image_size/width: 5000 is above"],
    );
    refuses::<unions::Root>(
        &json!({"image_size": "sqare"}),
        &["/image_size", "did you mean \"square\"?"],
    );
    refuses::<unions::Root>(&json!({"exclusive": 6}), &["/exclusive: 6 fits several alternatives"]);
    refuses::<unions::Root>(
        &json!({"content": {"type": "text", "url": "u"}}),
        &["/content/text: is required"],
    );
    assert!(unions::Root::new().exclusive(6).validate().is_err());
}

#[test]
fn references_become_one_type_and_may_go_round() {
    let tree = json!({"size": {"width": 1}, "tree": {"name": "a", "children": [{"name": "b", "parent": {"name": "c"}}]}, "values": [1, [2, []]]});
    let read: references::Root = accepts(&tree);
    assert_eq!(read.size, references::ImageSize::new().width(1));
    refuses::<references::Root>(
        &json!({"size": {"width": 0}, "tree": {"name": "a", "children": [{}]}, "scale": -1, "other_size": {"height": 0}}),
        &["/size/width", "/tree/children/0/name: is required", "/scale", "/other_size/height"],
    );
}

#[test]
fn schemas_that_hold_at_once_are_merged() {
    let _ = accepts::<all_of::Root>(&json!({"prompt": "abc", "count": 1}));
    refuses::<all_of::Root>(&json!({"prompt": "abcde"}), &["/prompt: has 5 characters"]);
    refuses::<all_of::Root>(&json!({"count": 1}), &["/prompt: is required"]);
}

#[test]
fn every_name_is_a_name() {
    let input = names::Root::new("six")
        .n241_positive_prompt("p")
        .type_(names::Type::SelfCapitalized)
        .foo_bar(1)
        .foo_dash_bar(2)
        .foo_bar_camel_case(3);
    let written = json!({"241_positive_prompt": "p", "6_text": "six", "type": "Self", "fooBar": 3, "foo_bar": 1, "foo-bar": 2});
    assert_eq!(to_value(&input).unwrap(), written);
}

#[test]
fn what_no_type_expresses_is_checked() {
    let _ = accepts::<residual::Root>(
        &json!({"text": "t", "slug": "abc", "tuple": ["a", 1], "has_one": [2, 1], "x-a": 1, "flag": true}),
    );
    refuses::<residual::Root>(
        &json!({"mode": "strict", "not_five": 5, "slug": "A", "tuple": [1, 1, 1], "has_one": [2], "any": "x", "x-a": "b", "other": 1}),
        &[
            "/not_five",
            "/slug",
            "/tuple/0",
            "/tuple: has 3 items",
            "/has_one",
            "/any",
            "/x-a",
            "/other",
            "/text: is required",
            "has 8 members, at most 3",
        ],
    );
}

#[test]
fn what_nothing_evaluates_is_refused_or_checked() {
    let _ = accepts::<unevaluated::Root>(&json!({
        "closed": {"a": 1},
        "extended": {"width": 1, "height": 2, "label": "l"},
        "shape": {"kind": "circle", "radius": 1},
        "conditional": {"mode": "strict", "limit": 1, "other": "o"},
        "mapped": {"width": 1, "x-a": true},
        "row": ["a", 1, 2],
        "words": ["a"],
        "tree": {"left": {"right": {}}, "right": {"left": {}}},
    }));
    let message = refuses::<unevaluated::Root>(
        &json!({
            "closed": {"b": 1},
            "extended": {"width": 1, "labell": "l"},
            "shape": {"kind": "circle", "radius": 1, "side": 2},
            "conditional": {"mode": "lax", "limit": 1},
            "mapped": {"height": 1},
            "row": ["a", 1, "b"],
            "words": [1],
            "tree": {"left": {"right": {"middle": {}}}},
        }),
        &[
            "/closed/b",
            "/extended/labell: is not a property that the schema names; did you mean `label`?",
            "/shape/side: is not a property that the schema names",
            "/conditional/limit: must be a string",
            "/mapped/width: is required",
            "/row/2: nothing is allowed here",
            "/words/0",
            "/tree",
        ],
    );
    assert_eq!(message.matches("/mapped/width").count(), 1, "told once: {message}");
}

#[test]
fn several_required_fields_of_one_type_are_given_by_name() {
    let required = required::RootRequired {
        tags: "a".into(),
        lyrics: "b".into(),
        duration: 3.into(),
        not_there: Value::Null,
    };
    assert!(required::Root::new(required).validate().is_ok());
    refuses::<required::Root>(&json!({}), &["/tags", "/lyrics", "/duration", "/not_there"]);
}

#[test]
fn loose_spellings_mean_what_they_say() {
    let _ = accepts::<dialect::Root>(
        &json!({"strength": 0.5, "text": "t", "above": 0.1, "flag": true, "what": [1], "pair": [1, "a"], "ge": 0}),
    );
    refuses::<dialect::Root>(
        &json!({"strength": 2, "above": 0, "pair": ["a"], "photo": 1, "clips": [1]}),
        &["/strength", "/text: is required", "/above", "/pair/0", "/photo", "/clips/0"],
    );
    let root = dialect::Root::new("t").photo(Image::url("https://example.com/a.png"));
    assert_eq!(to_value(root.maybe(Nullable::Null)).unwrap()["maybe"], Value::Null);
}

#[test]
fn arrays_with_a_place_for_each_item_are_arrays_and_tuples() {
    let root = tuples::Root::new([255, 0, 7])
        .point([0.5, 1.0])
        .span(tuples::Span("a".into(), 1.5, Some(tuples::SpanThird::new().loud(true))))
        .open(tuples::Open(Some("a".into()), None, Vec::new()))
        .path([tuples::Step("up".into(), 2.into())]);
    let value = json!({
        "color": [255, 0, 7], "point": [0.5, 1], "span": ["a", 1.5, {"loud": true}],
        "open": ["a"], "path": [["up", 2]],
    });
    assert!(root.validate().is_ok());
    assert_eq!(to_value(&root).unwrap(), value);
    assert_eq!(accepts::<tuples::Root>(&value), root);
    refuses::<tuples::Root>(
        &json!({"color": [1, 2], "point": [1, 2, 3], "span": ["a", -1, {}, 4], "path": [["up"]],
            "open": [1], "rest": ["a", 2], "size": [0, 0, 0]}),
        &[
            "/color: has 2 items, at least 3 are needed",
            "/point: has 3 items, at most 2 are allowed",
            "/span/1: -1 is below the minimum 0",
            "/span: has 4 items",
            "/path/0: has 1 item",
            "/open/0: must be a string",
            "/rest/1: 2 is below the minimum 3",
            "/size/1: 0 is below the minimum 1",
            "/size: has 3 items",
        ],
    );
}

#[test]
fn maps_have_typed_values_and_rules_for_their_keys() {
    let root: tuples::Root = accepts(&json!({
        "color": [1, 2, 3], "counts": {"a": 1}, "any_key": {"!": ["x"]}, "two_patterns": {"a": "x"},
        "typed_keys": {"on_a": true}, "named": {"id": "i", "x-a": 1.5}, "unbounded": {"x": "a", "y": 1},
    }));
    assert_eq!(root.counts.unwrap()["a"], Integer::from(1));
    assert_eq!(root.named.unwrap().extra, [("x-a".to_owned(), 1.5)].into());
    let pairs = tuples::Pairs::new().id("i").extra("a", ["x", "y"]);
    assert_eq!(pairs.to_json(), r#"{"id":"i","a":["x","y"]}"#);
    refuses::<tuples::Root>(
        &json!({"color": [1, 2, 3], "counts": {"A": 1, "b": -1, "c": "x"}, "any_key": {"!": [1]},
            "two_patterns": {"c": "x"}, "typed_keys": {"off": true}, "named": {"y": 1, "x-b": "c"}}),
        &[
            "/counts/A",
            "/counts/b: -1 is below the minimum 0",
            "/counts/c: must be an integer",
            "/any_key/!/0: must be a string",
            "/two_patterns/c",
            "/typed_keys/off",
            "/named/y",
            "/named/x-b: must be a number",
        ],
    );
}

#[test]
fn alternatives_beside_properties_have_them_too() {
    let text = flatten::SchemarsText::new("a lighthouse").style("oil");
    let shape = flatten::UtoipaCircle::new("a", 1.5);
    let agreed = flatten::Agreed::new("id", 3).unit(flatten::AgreedUnit::Em);
    let root = flatten::Root::new().schemars(text).utoipa(shape).agreed(agreed);
    let value = json!({
        "schemars": {"prompt": "a lighthouse", "mode": "text", "style": "oil"},
        "utoipa": {"label": "a", "type": "circle", "radius": 1.5},
        "agreed": {"id": "id", "size": 3, "unit": "em"},
    });
    assert!(root.validate().is_ok());
    assert_eq!(to_value(&root).unwrap(), value);
    assert_eq!(accepts::<flatten::Root>(&value), root);
    refuses::<flatten::Root>(
        &json!({"schemars": {"mode": "image", "prompt": "a"}, "utoipa": {"type": "square", "side": 1},
            "closed": {"kind": "a", "y": "b"}, "only_required": {}, "only_required_of_any": {"url": 1, "data": 2}}),
        &[
            "/schemars/image",
            "/utoipa/label",
            "/closed/y",
            "/only_required",
            "/only_required_of_any",
        ],
    );
}

#[test]
fn any_schema_can_be_the_root() {
    let _ = accepts::<root_string::Root>(&json!("ab"));
    refuses::<root_string::Root>(&json!("a"), &["(root): has 1 character"]);
    let _ = accepts::<root_list::Root>(&json!([[], [[]]]));
    refuses::<root_list::Root>(
        &json!([[], [[], 1], []]),
        &["(root): has 3 items", "/1/1: must be an array"],
    );
    let _ = accepts::<root_enum::Root>(&json!("b"));
    refuses::<root_enum::Root>(&json!("c"), &["(root)"]);
    let _ = accepts::<root_union::Root>(&json!({"inner": {"inner": "s"}}));
    refuses::<root_union::Root>(&json!({"inner": {}}), &["/inner/inner: is required"]);
    let _ = accepts::<root_anything::Root>(&json!([null]));
    let _ = accepts::<prose::Root>(&json!({}));
}

#[test]
fn outputs_are_open() {
    let _ = accepts::<open_output::Root>(
        &json!({"state": "new word", "level": 7, "kind": {"x": 1}, "seed": 99,
        "file": {"url": "u", "more": 1}, "value": {"none": "of them"}, "unknown": [1]}),
    );
    let read: open_output::Root =
        from_value(json!({"state": "ready", "level": null, "file": null})).unwrap();
    assert_eq!((read.state, read.level, read.file), (open_output::State::Ready, None, None));
    let read: wrapped_output::Root = accepts(&json!({"image": ["a", "b"], "videos": "c"}));
    assert_eq!(read.image.unwrap().len(), 2);
}
