//! What somebody may have meant.

/// Finds the word that is the fewest slips of the finger away from the one that was written: a
/// letter too many, too few, or wrong, or two of them swapped. Of several the first.
pub(super) struct Nearest<T> {
    found: Vec<char>,
    /// What is further away is no slip any more.
    limit: usize,
    best: Option<(usize, T)>,
    /// Of the word that is looked at; kept, so that not every word needs memory of its own.
    word: Vec<char>,
    rows: Vec<usize>,
}

impl<T> Nearest<T> {
    pub(super) fn new(found: &str) -> Self {
        let found = letters(found, Vec::new());
        let limit = (1 + found.len() / 3).min(found.len().max(2) - 1);
        Self { found, limit, best: None, word: Vec::new(), rows: Vec::new() }
    }

    /// Looks at a word, which stands for `what`.
    pub(super) fn look(&mut self, word: &str, what: T) {
        let enough = match self.best {
            None => self.limit,
            Some((0, _)) => return,
            Some((best, _)) => best - 1,
        };
        // Each letter more or less is a slip, and most are of one byte.
        if word.is_ascii() && word.len().abs_diff(self.found.len()) > enough {
            return;
        }
        self.word = letters(word, std::mem::take(&mut self.word));
        // So is each that the word does not have.
        let missing = set(&self.found) & !set(&self.word);
        let least = self.word.len().abs_diff(self.found.len()).max(missing.count_ones() as usize);
        if least <= enough {
            let distance = self.distance();
            if distance <= enough {
                self.best = Some((distance, what));
            }
        }
    }

    pub(super) fn get(self) -> Option<T> {
        self.best.map(|(_, what)| what)
    }

    /// The distance of Damerau and Levenshtein, no letter being changed twice. A row holds the
    /// distances of the word so far from all beginnings of what was found.
    fn distance(&mut self) -> usize {
        let (found, word) = without_common_ends(&self.found, &self.word);
        let width = found.len() + 1;
        self.rows.clear();
        self.rows.extend(0..width);
        self.rows.resize(3 * width, 0);
        let (last, others) = self.rows.split_at_mut(width);
        let (mut last, (mut row, mut last_but_one)) = (last, others.split_at_mut(width));
        let mut previous = None;
        for (index, &letter) in word.iter().enumerate() {
            row[0] = index + 1;
            let (mut left, mut diagonal) = (index + 1, last[0]);
            let cells = row[1..].iter_mut().zip(&last[1..]).zip(found);
            for (at, ((cell, &above), &other)) in cells.enumerate() {
                *cell = (diagonal + usize::from(other != letter)).min(above + 1).min(left + 1);
                if at > 0 && previous == Some(other) && found[at - 1] == letter {
                    *cell = (*cell).min(last_but_one[at - 1] + 1);
                }
                (left, diagonal) = (*cell, above);
            }
            previous = Some(letter);
            (last_but_one, last, row) = (last, row, last_but_one);
        }
        last[width - 1]
    }
}

/// The letters of a word, as bits; of two that share one, one is not told.
fn set(word: &[char]) -> u64 {
    word.iter().fold(0, |set, letter| set | 1 << (u32::from(*letter) % 64))
}

/// Where two words begin or end alike, nobody has slipped.
fn without_common_ends<'a>(mut a: &'a [char], mut b: &'a [char]) -> (&'a [char], &'a [char]) {
    while let ([first, a_rest @ ..], [second, b_rest @ ..]) = (a, b)
        && first == second
    {
        (a, b) = (a_rest, b_rest);
    }
    while let ([a_rest @ .., last], [b_rest @ .., other]) = (a, b)
        && last == other
    {
        (a, b) = (a_rest, b_rest);
    }
    (a, b)
}

/// The letters of a text, none of them capital, in place of what the buffer held.
fn letters(text: &str, mut buffer: Vec<char>) -> Vec<char> {
    buffer.clear();
    if text.is_ascii() {
        buffer.extend(text.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
    } else {
        buffer.extend(text.chars().flat_map(char::to_lowercase));
    }
    buffer
}

#[cfg(test)]
mod tests {
    use super::Nearest;

    fn nearest<'a>(found: &str, words: &[&'a str]) -> Option<&'a str> {
        let mut nearest = Nearest::new(found);
        words.iter().for_each(|word| nearest.look(word, *word));
        nearest.get()
    }

    #[test]
    fn the_nearest_word_is_the_one_with_the_fewest_slips() {
        for (found, words, expected) in [
            ("16:10", &["auto", "21:9", "16:9", "3:2"][..], Some("16:9")),
            ("4k", &["1K", "2K", "4K"], Some("4K")),
            ("3k", &["1K", "2K", "4K"], Some("1K")),
            ("promt", &["prompt", "port"], Some("prompt")),
            ("prmopt", &["prompt"], Some("prompt")),
            ("jpg", &["jpeg", "png", "webp"], Some("jpeg")),
            ("7", &["jpeg", "png"], None),
            ("gif", &["jpeg", "webp"], None),
            ("x", &["y"], Some("y")),
            ("", &["a", "bb"], Some("a")),
            ("", &["bb"], None),
            ("한국어", &["한국", "한국말"], Some("한국")),
            ("a", &[], None),
        ] {
            assert_eq!(nearest(found, words), expected, "{found}");
        }
    }

    #[test]
    fn what_is_near_is_what_the_whole_distance_says() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut word = || (0..random.usize(0..7)).map(|_| random.char('a'..='c')).collect();
        for _ in 0..2_000 {
            let (found, words): (String, [String; 4]) = (word(), [word(), word(), word(), word()]);
            let distance = |word: &&String| strsim::osa_distance(&found, word);
            let near = words.iter().min_by_key(distance).filter(|word| {
                let (distance, len) = (distance(word), found.chars().count());
                distance <= 1 + len / 3 && distance < len.max(2)
            });
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            assert_eq!(nearest(&found, &words), near.map(String::as_str), "{found} {words:?}");
        }
    }
}
