//! Sound: a tune of plucked notes, in WAV.

use std::f32::consts::TAU;

use super::dice::Dice;

const RATE: u32 = 8000;
/// How many notes in a second.
const PACE: u32 = 4;
/// Steps of a pentatonic scale, which sounds well in any order.
const SCALE: &[f32] = &[0.0, 2.0, 4.0, 7.0, 9.0, 12.0, 14.0, 16.0];

/// A tune that lasts so many seconds, another one for each seed.
pub(super) fn wav(seed: u64, seconds: u32) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let root = dice.between(165.0, 260.0);
    let notes = (0..seconds * PACE).map(|_| root * (dice.pick(SCALE) / 12.0).exp2());
    let samples: Vec<u8> = notes.flat_map(note).flat_map(i16::to_le_bytes).collect();
    let length = u32::try_from(samples.len()).unwrap_or_default();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0");
    // Uncompressed, one channel, two bytes a sample.
    file.extend(b"\x01\0\x01\0");
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(length.to_le_bytes());
    file.extend(samples);
    file
}

/// A string that is plucked: loud, then fading; the overtone fades first.
fn note(frequency: f32) -> impl Iterator<Item = i16> {
    let length = RATE / PACE;
    (0..length).map(move |at| sample(at, length, frequency))
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "small numbers")]
fn sample(at: u32, length: u32, frequency: f32) -> i16 {
    let part = at as f32 / length as f32;
    let angle = TAU * frequency * at as f32 / RATE as f32;
    let attack = (part * 40.0).min(1.0);
    let release = 1.0 - part;
    let tone = angle.sin() + 0.4 * release * (2.0 * angle).sin();
    (tone * attack * release * release * 12_000.0) as i16
}
