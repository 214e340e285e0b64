//! What surrounds the balls: the lamp, the evening sky and the chequered floor.

use crate::scene::Ball;
use crate::vector::{Colour, Vector, soft_step};

/// The middle of the lamp, a level square panel of light above the scene.
const LAMP: Vector = Vector::new(-2.6, 5.6, 1.8);

/// Half the edge of the lamp.
const LAMP_SIZE: f64 = 1.25;

/// The light of the lamp on a surface at distance 1.
const LAMP_LIGHT: Colour = Vector::new(80.0, 73.0, 62.0);

/// How bright the panel looks in a mirror.
const LAMP_GLOW: Colour = Vector::new(15.0, 14.3, 13.0);

/// Where the sun has just set.
const SUNSET: Vector = Vector::new(0.8, 0.0, -0.6);

/// The sky straight above.
const ZENITH: Colour = Vector::new(0.03, 0.10, 0.36);

/// The sky low above the floor, away from the sunset.
const HORIZON: Colour = Vector::new(0.42, 0.55, 0.78);

/// The sky low above the floor, at the sunset.
const AFTERGLOW: Colour = Vector::new(1.5, 0.72, 0.30);

/// The light tiles of the floor.
const LIGHT_TILE: Colour = Vector::new(0.76, 0.69, 0.58);

/// The dark tiles of the floor.
const DARK_TILE: Colour = Vector::new(0.035, 0.060, 0.10);

/// The edge of a tile.
const TILE: f64 = 1.45;

/// The sky in this direction; the lamp is seen from `origin`.
pub(crate) fn sky(origin: Vector, direction: Vector) -> Colour {
    let lamp = LAMP_GLOW * lamp_share(origin, direction);
    sky_without_lamp(direction) + lamp
}

/// A gradient from horizon to zenith, warmer towards the sunset.
pub(crate) fn sky_without_lamp(direction: Vector) -> Colour {
    let height = direction.y.max(0.0);
    let towards_sunset = 0.5 + 0.5 * direction.dot(SUNSET);
    let low = HORIZON.blended(AFTERGLOW, towards_sunset * towards_sunset * 0.85);
    let rest = 1.0 - height;
    low.blended(ZENITH, 1.0 - rest * rest * rest * rest)
}

/// How much of the lamp is seen along this ray: 1 inside, 0 outside, soft at the edges.
fn lamp_share(origin: Vector, direction: Vector) -> f64 {
    if direction.y <= 0.0 {
        return 0.0;
    }
    let offset = origin + direction * ((LAMP.y - origin.y) / direction.y) - LAMP;
    let within = |position: f64| soft_step(LAMP_SIZE * 1.12, LAMP_SIZE * 0.88, position);
    within(offset.x.abs()) * within(offset.z.abs())
}

/// The light that reaches a point of a surface with this normal.
pub(crate) fn illumination(balls: &[Ball], point: Vector, normal: Vector) -> Colour {
    lamp_light(balls, point, normal) + surrounding_light(balls, point, normal)
}

/// The light of the lamp, with soft shadows.
fn lamp_light(balls: &[Ball], point: Vector, normal: Vector) -> Colour {
    let way = LAMP - point;
    let square_distance = way.dot(way);
    let direction = way * (1.0 / square_distance.sqrt());
    let slant = direction.dot(normal);
    if slant <= 0.0 {
        return Vector::ZERO;
    }
    let beam = LAMP_SIZE / square_distance.sqrt();
    let seen: f64 = balls.iter().map(|ball| 1.0 - shadow(ball, point, direction, beam)).product();
    LAMP_LIGHT * (slant * seen / square_distance)
}

/// The share of the lamp that a ball hides from a point.
///
/// Seen from the point, the lamp is about a disc. The cone of its light has radius `beam` at
/// distance 1, so it is known how wide it is where it passes the ball and how far the edge of the
/// ball reaches into it. A ball smaller than the cone cannot hide all of it.
fn shadow(ball: &Ball, point: Vector, direction: Vector, beam: f64) -> f64 {
    let to_ball = ball.centre - point;
    let distance = to_ball.dot(direction);
    let width = beam * distance;
    let square_offset = to_ball.dot(to_ball) - distance * distance;
    if distance <= 0.0 || square_offset >= (ball.radius + width) * (ball.radius + width) {
        return 0.0;
    }
    let outside = square_offset.max(0.0).sqrt() - ball.radius;
    let size = ball.radius / width;
    soft_step(1.0, -1.0, outside / width) * (size * size).min(1.0)
}

/// The light of sky and floor from all sides, with what nearby balls take away and give back.
fn surrounding_light(balls: &[Ball], point: Vector, normal: Vector) -> Colour {
    let from_above = Vector::new(0.42, 0.46, 0.57);
    let lit_floor = Vector::new(0.27, 0.23, 0.19) * (point.y / (point.y + 0.35));
    let open = lit_floor.blended(from_above, 0.5 + 0.5 * normal.y);
    balls.iter().fold(open, |light, ball| {
        let hidden = hidden_by(ball, point, normal);
        light * (1.0 - hidden) + (ball.paint + ball.mirror * 0.3) * (0.32 * hidden)
    })
}

/// The share of all directions above a surface that a ball fills, weighted by their slant.
fn hidden_by(ball: &Ball, point: Vector, normal: Vector) -> f64 {
    let way = ball.centre - point;
    let height = way.dot(normal);
    if height <= 0.0 {
        return 0.0;
    }
    let square_distance = way.dot(way);
    let slant = height / square_distance.sqrt();
    (slant * ball.radius * ball.radius / square_distance).min(1.0)
}

/// The colour of the floor around a point, averaged over a patch of this size.
///
/// The average makes distant tiles blend into each other instead of flickering.
pub(crate) fn floor_colour(point: Vector, patch_east: f64, patch_south: f64) -> Colour {
    let east = stripe(point.x / TILE, patch_east / TILE);
    let south = stripe(point.z / TILE, patch_south / TILE);
    DARK_TILE.blended(LIGHT_TILE, 0.5 + 0.5 * east * south)
}

/// Stripes that are +1 and -1 by turns, each of width 1, averaged around a position.
fn stripe(position: f64, width: f64) -> f64 {
    let sum_up_to = |end: f64| (2.0 * (end / 2.0).floor() + 1.0 - end).abs();
    (sum_up_to(position - width / 2.0) - sum_up_to(position + width / 2.0)) / width
}

/// The colour of a floor too far away (or too unimportant) to show its tiles.
pub(crate) fn plain_floor() -> Colour {
    LIGHT_TILE.blended(DARK_TILE, 0.5) * 0.8
}
