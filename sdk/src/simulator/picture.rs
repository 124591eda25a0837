//! Landscapes: what a model of the simulator paints.

use std::f32::consts::TAU;
use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

use super::dice::Dice;

type Colour = [f32; 3];

/// The light of a landscape.
struct Light {
    zenith: Colour,
    horizon: Colour,
    sun: Colour,
    /// The ridge in front; those behind fade into the horizon.
    land: Colour,
    stars: bool,
}

const LIGHTS: &[Light] = &[
    light([38, 44, 92], [255, 158, 108], [255, 236, 190], [34, 26, 52], false),
    light([66, 120, 190], [246, 226, 196], [255, 250, 226], [30, 62, 58], false),
    light([8, 12, 34], [48, 70, 122], [236, 240, 255], [6, 10, 22], true),
    light([120, 84, 150], [250, 190, 190], [255, 222, 214], [58, 34, 74], false),
    light([18, 42, 58], [104, 196, 172], [232, 255, 240], [8, 26, 34], true),
    light([150, 176, 196], [238, 236, 226], [255, 255, 250], [70, 88, 96], false),
    light([24, 78, 130], [252, 206, 116], [255, 244, 200], [56, 40, 34], false),
];

const fn light(
    zenith: [u8; 3],
    horizon: [u8; 3],
    sun: [u8; 3],
    land: [u8; 3],
    stars: bool,
) -> Light {
    const fn colour([red, green, blue]: [u8; 3]) -> Colour {
        [red as f32, green as f32, blue as f32]
    }
    Light {
        zenith: colour(zenith),
        horizon: colour(horizon),
        sun: colour(sun),
        land: colour(land),
        stars,
    }
}

/// A line of hills: a base and three waves, as (height, frequency, phase).
struct Ridge {
    base: f32,
    waves: [(f32, f32, f32); 3],
}

impl Ridge {
    fn cast(dice: &mut Dice, depth: f32) -> Self {
        let height = 0.10 - 0.05 * depth;
        let wave = |dice: &mut Dice, part: f32, frequency: f32| {
            let frequency = frequency * dice.between(0.7, 1.4);
            (height * part, frequency, dice.between(0.0, TAU))
        };
        Self {
            base: 0.52 + 0.20 * depth + dice.between(-0.03, 0.03),
            waves: [wave(dice, 1.0, 2.3), wave(dice, 0.45, 6.1), wave(dice, 0.12, 23.0)],
        }
    }

    /// How far down the picture the ridge begins.
    fn top(&self, u: f32) -> f32 {
        let waves = self.waves.iter();
        self.base
            - waves
                .map(|(height, frequency, phase)| height * (u * frequency + phase).sin())
                .sum::<f32>()
    }
}

/// One landscape, as large as it is looked at.
pub(super) struct Scene {
    light: &'static Light,
    sun: (f32, f32),
    radius: f32,
    /// From the back to the front.
    ridges: Vec<Ridge>,
    shore: f32,
    stars: u64,
}

impl Scene {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let light = dice.pick(LIGHTS);
        let sun = (dice.between(0.2, 0.8), dice.between(0.14, 0.46));
        let radius = dice.between(0.035, 0.08);
        let depths = [0.0, 0.33, 0.66, 1.0];
        let ridges = depths.map(|depth| Ridge::cast(&mut dice, depth)).into();
        Self { light, sun, radius, ridges, shore: dice.between(0.80, 0.90), stars: seed }
    }

    /// Paints it; `travel` moves the eye along the hills, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "sides are small")]
    pub(super) fn paint(&self, width: u32, height: u32, travel: f32) -> RgbImage {
        let unit = width.min(height) as f32;
        let (wide, tall) = (width as f32 / unit, height as f32 / unit);
        RgbImage::from_fn(width, height, |x, y| {
            let u = (x as f32 + 0.5) / unit;
            let v = (y as f32 + 0.5) / height as f32;
            let sun = (self.sun.0 * wide - u, (self.sun.1 - v) * tall);
            Rgb(self.colour(u, v, sun, tall, travel).map(channel))
        })
    }

    fn colour(&self, u: f32, v: f32, sun: (f32, f32), tall: f32, travel: f32) -> Colour {
        if v <= self.shore {
            return self.land_or_sky(u, v, sun, travel);
        }
        // Water: the scene upside down, rippled, darker towards the eye.
        let depth = (v - self.shore) / (1.0 - self.shore);
        let ripple = 0.004
            * (1.0 + 3.0 * depth)
            * (v * 420.0 / (1.0 + 2.0 * depth) + u * 9.0 + travel * TAU).sin();
        let above = self.shore - (v - self.shore) * 3.2;
        let mirrored = (sun.0 + ripple * 4.0, sun.1 + (v - above) * tall);
        let seen = self.land_or_sky(u + ripple * 4.0, above + ripple, mirrored, travel);
        mix(seen, self.light.zenith, 0.28 + 0.30 * depth)
    }

    fn land_or_sky(&self, u: f32, v: f32, sun: (f32, f32), travel: f32) -> Colour {
        for (index, ridge) in self.ridges.iter().enumerate().rev() {
            #[expect(clippy::cast_precision_loss, reason = "four ridges")]
            let near = (index as f32 + 1.0) / self.ridges.len() as f32;
            let top = ridge.top(u + travel * near);
            if v > top {
                // Mist gathers at the foot of each ridge.
                let mist = (1.0 - near) * 0.8 + (v - top).min(0.3) * 0.6;
                return mix(self.light.land, self.light.horizon, mist.min(0.92));
            }
        }
        self.sky(u, v, sun)
    }

    fn sky(&self, u: f32, v: f32, (dx, dy): (f32, f32)) -> Colour {
        let light = self.light;
        let mut colour = mix(light.zenith, light.horizon, (v / 0.62).clamp(0.0, 1.0).powf(1.4));
        let cloud = (v * 46.0 + (u * 5.0).sin() * 1.5).sin() * (u * 3.1 + v * 17.0).sin();
        colour = mix(colour, light.sun, (cloud - 0.55).max(0.0) * 0.22);
        if light.stars && v < 0.5 && self.star(u, v) {
            colour = mix(colour, light.sun, 0.8 - v);
        }
        let away = dx.hypot(dy);
        colour = mix(colour, light.sun, 0.55 * (-away / (self.radius * 3.2)).exp());
        let edge = ((self.radius - away) / 0.006 + 0.5).clamp(0.0, 1.0);
        mix(colour, light.sun, edge)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "coordinates are small and positive, or saturate"
    )]
    fn star(&self, u: f32, v: f32) -> bool {
        let cell = ((u * 160.0) as u64) << 32 | (v * 160.0) as u64;
        super::dice::combine(self.stars, cell).is_multiple_of(180)
    }
}

fn mix(from: Colour, to: Colour, part: f32) -> Colour {
    let part = part.clamp(0.0, 1.0);
    std::array::from_fn(|at| from[at] + (to[at] - from[at]) * part)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
fn channel(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// The bytes of `picture` as a file of that format.
pub(super) fn encode(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    // Writing to memory, in a format that is compiled in, of a size that it can hold.
    match picture.write_to(&mut file, format) {
        Ok(()) => file.into_inner(),
        Err(_) => Vec::new(),
    }
}
