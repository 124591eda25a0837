//! Chance that is the same on every machine: a digest and a small generator.

/// A number that stands for `bytes` (FNV-1a, mixed).
pub(super) fn digest(bytes: &[u8]) -> u64 {
    let fnv = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    mix(fnv)
}

/// One number from two.
pub(super) fn combine(a: u64, b: u64) -> u64 {
    mix(a ^ mix(b.wrapping_add(0x9e37_79b9_7f4a_7c15)))
}

/// The number `hash` as a fraction, from 0 up to but not including 1.
#[expect(clippy::cast_precision_loss, reason = "53 bits are what a fraction holds")]
pub(super) fn fraction(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A generator (splitmix64).
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from `low` up to `high`.
    #[expect(clippy::cast_possible_truncation, reason = "a picture needs no more")]
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * fraction(self.roll()) as f32
    }

    /// One of `all`, which is not empty.
    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let index = self.roll() % all.len() as u64;
        &all[usize::try_from(index).unwrap_or_default()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_differ_and_fractions_stay_below_one() {
        assert_ne!(digest(b"a"), digest(b"b"));
        assert_ne!(combine(1, 2), combine(2, 1));
        assert!(fraction(u64::MAX) < 1.0);
        assert!(fraction(0) >= 0.0);
    }
}
