//! What is made of lines, in whatever order and state they are.

use super::*;

fn facts() -> Facts {
    Facts { id: Some("a1".to_owned()), at: Some(17), ..Facts::default() }
}

fn with_job() -> Facts {
    Facts { job: Some("r-1@acme/paint@17".parse().unwrap()), ..facts() }
}

fn lines() -> Vec<(Step, Facts)> {
    let ended = Facts { end: Some(End::Failed), cost_usd: Some(0.5), ..with_job() };
    vec![
        (Step::Intent, facts()),
        (Step::Unknown, facts()),
        (Step::Submitted, with_job()),
        (Step::Ended, ended),
        (Step::Collected, Facts::of_job(&"r-1".parse().unwrap())),
    ]
}

fn state(lines: &[&(Step, Facts)]) -> State {
    let text: String = lines.iter().map(|(step, facts)| step.to_line(facts)).collect();
    let state = State::read(text.as_bytes());
    assert!(state.damage.is_empty(), "{text}");
    state
}

/// Every selection of the lines, in every order, says what its last step says.
#[test]
fn the_order_of_the_lines_does_not_matter() {
    fn orders(rest: &[usize]) -> Vec<Vec<usize>> {
        let mut all = vec![Vec::new()];
        for place in 0..rest.len() {
            let mut others = rest.to_vec();
            let first = others.remove(place);
            all.extend(orders(&others).into_iter().map(|mut order| {
                order.insert(0, first);
                order
            }));
        }
        all
    }
    let all = lines();
    for order in orders(&[0, 1, 2, 3, 4]) {
        let chosen: Vec<_> = order.iter().map(|place| &all[*place]).collect();
        let state = state(&chosen);
        let last = order.iter().max().copied();
        let knows_the_job = order.iter().any(|place| *place == 2 || *place == 3);
        let expected = match last {
            None => None,
            Some(4) if order.len() == 1 => None,
            Some(0) => Some(Step::Intent),
            Some(1) => Some(Step::Unknown),
            Some(2) => Some(Step::Submitted),
            Some(3) => Some(Step::Ended),
            // Which submit it was of can only be told by the job.
            Some(_) if knows_the_job => Some(Step::Collected),
            Some(_) => order.iter().filter(|place| **place < 4).max().map(|n| all[*n].0),
        };
        assert_eq!(state.entries().first().map(|entry| entry.step), expected, "{order:?}");
        assert!(state.entries().len() <= 1);
        if order.contains(&3) {
            assert_eq!(state.entries()[0].settled_usd(), Some(0.5), "{order:?}");
        }
    }
}

#[test]
fn closed_is_closed_before_and_after_its_intent() {
    let (intent, closed) = ((Step::Intent, facts()), (Step::Closed, facts()));
    for order in [[&intent, &closed], [&closed, &intent]] {
        assert_eq!(state(&order).entries()[0].stage(), Stage::Closed);
    }
    // A job that turned up counts for more.
    let found = (Step::Submitted, with_job());
    for order in [[&intent, &closed, &found], [&found, &closed, &intent]] {
        assert!(matches!(state(&order).entries()[0].stage(), Stage::Known(_)));
    }
}

#[test]
fn any_line_of_a_submit_stands_alone() {
    let full = Facts { batch: Some(("n".to_owned(), 3)), expected_usd: Some(0.5), ..with_job() };
    for step in [Step::Submitted, Step::Ended, Step::Collected] {
        let state = state(&[&(step, full.clone())]);
        assert_eq!(state.entries()[0].facts(), &full);
    }
}

#[test]
fn compacting_says_the_same_in_one_line_for_each_submit() {
    let batch = |facts: Facts| Facts { batch: Some(("n".to_owned(), 3)), ..facts };
    let all = lines();
    let mut text = String::new();
    for (step, facts) in &all {
        text += &step.to_line(&batch(facts.clone()));
    }
    text += "{\"is\":\"dam\u{fffd}";
    text += "aged\"}\n";
    let future = crate::journal::line::LineWriter::new("of the future").seal();
    text += &future;
    let before = State::read(text.as_bytes());
    let compacted = before.compacted();
    let after = State::read(&compacted);
    assert_eq!(before.entries()[0].facts(), after.entries()[0].facts());
    assert_eq!(after.entries()[0].stage(), Stage::Collected);
    let compacted = String::from_utf8(compacted).unwrap();
    assert_eq!(compacted.lines().count(), 3, "{compacted}");
    assert!(compacted.contains(&future) && compacted.contains("dam\u{fffd}aged"));
    assert_eq!((before.damage.len(), after.damage.len()), (1, 1));

    let not_in_a_batch: Vec<_> = all.iter().collect();
    assert!(state(&not_in_a_batch).compacted().is_empty());
}

#[test]
fn only_the_last_line_may_be_cut_off() {
    let line = Step::Intent.to_line(&facts());
    let two = format!("{line}{line}");
    for cut in line.len() + 1..two.len() - 1 {
        let text = &two.as_bytes()[..cut];
        for zeros in [0, 7] {
            let text = [text, &[0].repeat(zeros)].concat();
            let state = State::read(&text);
            assert_eq!(state.cut_off, Some(line.len()), "at {cut}");
            assert!(state.damage.is_empty());
            let state = State::read(&[&text, line.as_bytes()].concat());
            assert_eq!(state.damage.len(), 1, "at {cut}");
        }
    }
    for foreign in ["\0\0\0", "hello", "\u{feff}{\"is\":", "{ \"is\":", "{\"a\0b", "[1,2"] {
        assert_eq!(State::read(foreign.as_bytes()).damage.len(), 1, "{foreign:?}");
    }
}

#[test]
fn forgetting_a_batch_keeps_what_is_not_settled() {
    let batch = |id: &str, facts: Facts| Facts {
        id: Some(id.to_owned()),
        batch: Some(("n".to_owned(), 0)),
        ..facts
    };
    let mut text = Step::Collected.to_line(&batch("a1", with_job()));
    text += &Step::Intent.to_line(&batch("a2", facts()));
    text += &Record::BatchForgotten { name: "n".to_owned() }.to_line();
    let state = State::read(text.as_bytes());
    assert_eq!(state.entries()[0].stage(), Stage::Closed);
    assert_eq!(state.entries()[1].stage(), Stage::Open);
}
