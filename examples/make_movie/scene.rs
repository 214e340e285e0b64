//! What the movie shows: where the balls and the camera are at each frame.
//!
//! Everything comes back to its place after the last frame, so the movie can be played in a loop.

use crate::movie::{FRAMES, FRAMES_PER_SECOND};
use crate::vector::{Colour, Vector, circle_point};

/// How fast falling balls get faster. Gentler than on earth: the balls look big and heavy.
const GRAVITY: f64 = 5.0;

/// How far from the middle of the floor the small balls hop along their ring.
const RING_RADIUS: f64 = 2.05;

/// How far from the middle of the floor the camera circles.
const CAMERA_DISTANCE: f64 = 7.0;

/// A ball at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ball {
    /// Its middle.
    pub(crate) centre: Vector,
    /// From the middle to the surface.
    pub(crate) radius: f64,
    /// The colour of its paint.
    pub(crate) paint: Colour,
    /// The share of light it reflects like a mirror when looked at straight on.
    pub(crate) mirror: Colour,
}

/// The camera at one moment: its three directions are at right angles and of length 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Camera {
    /// Where it stands.
    pub(crate) eye: Vector,
    /// Where it looks.
    pub(crate) forward: Vector,
    /// To the right of the picture.
    pub(crate) right: Vector,
    /// To the top of the picture.
    pub(crate) up: Vector,
}

/// The whole scene at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    /// The big ball in the middle and the ring around it.
    pub(crate) balls: [Ball; 6],
    /// Who looks at them.
    pub(crate) camera: Camera,
}

impl Scene {
    /// The scene at this frame; the first frame is number 1.
    pub(crate) fn at_frame(number: u32) -> Self {
        let moment = f64::from(number - 1) / f64::from(FRAMES);
        Self { balls: balls_at(moment), camera: camera_at(moment) }
    }
}

/// The balls at a moment of the movie (0 is its beginning, 1 its end).
///
/// Each ball makes a different number of hops during the movie, so the pattern is always new.
fn balls_at(moment: f64) -> [Ball; 6] {
    let gold = Ball {
        centre: Vector::new(0.0, bounce_height(moment * 19.0 + 0.5, 19.0), 0.0),
        radius: 0.80,
        paint: Vector::ZERO,
        mirror: Vector::new(0.93, 0.70, 0.36),
    };
    [
        resting_on_floor(gold),
        hopping_ball(moment, 0.0, 16.0, 0.50, Vector::new(0.72, 0.03, 0.03)),
        hopping_ball(moment, 0.2, 22.0, 0.40, Vector::new(0.02, 0.32, 0.30)),
        hopping_ball(moment, 0.4, 18.0, 0.46, Vector::new(0.78, 0.26, 0.02)),
        hopping_ball(moment, 0.6, 25.0, 0.36, Vector::new(0.62, 0.60, 0.56)),
        hopping_ball(moment, 0.8, 20.0, 0.44, Vector::new(0.03, 0.09, 0.55)),
    ]
}

/// A painted ball that hops once around the ring during the movie.
///
/// On its way it flies straight, from one landing place to the next: only the floor can turn it.
fn hopping_ball(moment: f64, start: f64, hops: f64, radius: f64, paint: Colour) -> Ball {
    let hop = moment * hops + start * 3.0;
    let landing_place = |landing: f64| {
        let (east, south) = circle_point(start + (landing - start * 3.0) / hops);
        Vector::new(east, 0.0, south) * RING_RADIUS
    };
    let ground = landing_place(hop.floor()).blended(landing_place(hop.floor() + 1.0), hop.fract());
    let centre = ground + Vector::new(0.0, bounce_height(hop, hops), 0.0);
    resting_on_floor(Ball { centre, radius, paint, mirror: Vector::ONE * 0.05 })
}

/// How high a ball is that has made so many hops, of so many in the whole movie.
///
/// Each hop is a parabola. A fall lasts half a hop, and the height of a fall is g/2 * time^2.
fn bounce_height(hop: f64, hops_in_movie: f64) -> f64 {
    let movie_seconds = f64::from(FRAMES) / f64::from(FRAMES_PER_SECOND);
    let fall_seconds = movie_seconds / hops_in_movie / 2.0;
    let highest = GRAVITY / 2.0 * fall_seconds * fall_seconds;
    4.0 * highest * hop.fract() * (1.0 - hop.fract())
}

/// The same ball, lifted by its radius: heights above are those of its lowest point.
fn resting_on_floor(ball: Ball) -> Ball {
    Ball { centre: ball.centre + Vector::new(0.0, ball.radius, 0.0), ..ball }
}

/// The camera circles once during the movie, against the balls, and slowly rises and sinks.
fn camera_at(moment: f64) -> Camera {
    let (east, south) = circle_point(0.12 - moment);
    let height = 1.9 + 0.55 * circle_point(moment * 2.0).1;
    let eye = Vector::new(east * CAMERA_DISTANCE, height, south * CAMERA_DISTANCE);
    let forward = (Vector::new(0.0, 1.2, 0.0) - eye).unit();
    let right = forward.cross(Vector::new(0.0, 1.0, 0.0)).unit();
    Camera { eye, forward, right, up: right.cross(forward) }
}
