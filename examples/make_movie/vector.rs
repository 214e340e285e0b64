//! The little mathematics the movie needs: vectors, a point on a circle and a soft step.
//!
//! Only `+ - * /` and the square root are used. IEEE 754 fixes the result of those to the last bit,
//! whereas `sin`, `cos` and `powf` differ from one platform's library to the next: with them the
//! movie would not have the same bytes everywhere.

use std::f64::consts::TAU;
use std::ops::{Add, Mul, Neg, Sub};

/// A point or a direction in space: `y` points up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vector {
    /// To the east.
    pub(crate) x: f64,
    /// Upwards.
    pub(crate) y: f64,
    /// To the south.
    pub(crate) z: f64,
}

/// A colour, in amounts of light: red, green and blue in the places of x, y and z.
pub(crate) type Colour = Vector;

impl Vector {
    /// The origin; as a colour: black.
    pub(crate) const ZERO: Self = Self::new(0.0, 0.0, 0.0);

    /// As a colour: white.
    pub(crate) const ONE: Self = Self::new(1.0, 1.0, 1.0);

    /// The vector with these three components.
    pub(crate) const fn new(x: f64, y: f64, z: f64) -> Self {
        Self { x, y, z }
    }

    /// The scalar product: for unit vectors the cosine of the angle between them.
    pub(crate) fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    /// The vector product, at right angles to both.
    pub(crate) fn cross(self, other: Self) -> Self {
        Self::new(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }

    /// The vector of length 1 in the same direction.
    pub(crate) fn unit(self) -> Self {
        self * (1.0 / self.dot(self).sqrt())
    }

    /// This direction, reflected by a surface with this normal.
    pub(crate) fn reflected(self, normal: Self) -> Self {
        self - normal * (2.0 * self.dot(normal))
    }

    /// This colour of light after a surface (or a filter) of that colour.
    pub(crate) fn tinted(self, colour: Self) -> Self {
        Self::new(self.x * colour.x, self.y * colour.y, self.z * colour.z)
    }

    /// The same function applied to each component.
    pub(crate) fn map(self, function: impl Fn(f64) -> f64) -> Self {
        Self::new(function(self.x), function(self.y), function(self.z))
    }

    /// From `self` (at share 0) to `other` (at share 1) on a straight line.
    pub(crate) fn blended(self, other: Self, share: f64) -> Self {
        self + (other - self) * share
    }
}

impl Add for Vector {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl Sub for Vector {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::new(self.x - other.x, self.y - other.y, self.z - other.z)
    }
}

impl Mul<f64> for Vector {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self::new(self.x * factor, self.y * factor, self.z * factor)
    }
}

impl Neg for Vector {
    type Output = Self;

    fn neg(self) -> Self {
        self * -1.0
    }
}

/// The point of the unit circle after so many turns: `(cosine, sine)`.
///
/// The angle is brought within an eighth of a turn of an axis, where the first six terms of the
/// power series are correct to nine digits.
pub(crate) fn circle_point(turns: f64) -> (f64, f64) {
    let quarters = (turns * 4.0).round();
    let angle = (turns - quarters / 4.0) * TAU;
    let square = angle * angle;
    let sine = angle * nested_series(square, [6.0, 20.0, 42.0, 72.0, 110.0]);
    let cosine = nested_series(square, [2.0, 12.0, 30.0, 56.0, 90.0]);
    match quarters.rem_euclid(4.0) as u8 {
        0 => (cosine, sine),
        1 => (-sine, cosine),
        2 => (-cosine, -sine),
        _ => (sine, -cosine),
    }
}

/// `1 - s/d0 * (1 - s/d1 * (1 - ...))`, the form both power series share.
fn nested_series(square: f64, divisors: [f64; 5]) -> f64 {
    divisors.iter().rev().fold(1.0, |inner, divisor| 1.0 - square / divisor * inner)
}

/// From 0 (at `from` and before) to 1 (at `to` and after), without a corner.
pub(crate) fn soft_step(from: f64, to: f64, value: f64) -> f64 {
    let share = ((value - from) / (to - from)).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}
