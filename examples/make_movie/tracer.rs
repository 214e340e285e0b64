//! A small ray tracer: follows the light from each pixel back to where it came from.

use crate::picture::{HEIGHT, Picture, WIDTH};
use crate::scene::{Ball, Scene};
use crate::studio;
use crate::vector::{Colour, Vector};

/// How many pixels wide something is that is as wide as it is far away.
const ZOOM: f64 = 440.0;

/// The middle of the picture, above the strip of cells along its bottom edge.
const MIDDLE: (f64, f64) = (WIDTH as f64 / 2.0, (HEIGHT - 8) as f64 / 2.0);

/// How often a ray is followed from mirror to mirror.
const REFLECTIONS: u32 = 1;

/// Up to this distance the floor is sharp; what is farther away is out of focus.
const FOCUS: f64 = 7.5;

/// How wide the opening of the lens is: the wider, the more is out of focus.
const OPENING: f64 = 0.07;

/// Pixels with more contrast than this (of 1) between their samples get more samples.
const SMOOTH_ENOUGH: f64 = 0.05;

/// A ray of light, followed backwards. It stands for a thin cone, as wide as the pixel it is for.
#[derive(Debug, Clone, Copy)]
struct Ray {
    origin: Vector,
    direction: Vector,
    /// How wide the cone is at its origin.
    width: f64,
    /// How much wider it gets per unit of distance.
    spread: f64,
}

/// What a ray meets, and how far away.
#[derive(Debug, Clone, Copy)]
enum Meeting<'a> {
    Sky,
    Floor(f64),
    Ball(&'a Ball, f64),
}

/// The picture of a scene.
pub(crate) fn render(scene: &Scene) -> Picture {
    Picture::from_pixels(|column, row| {
        let (coarse, contrast) = sampled_pixel(scene, column, row, 2);
        if contrast < SMOOTH_ENOUGH {
            return coarse;
        }
        sampled_pixel(scene, column, row, 3).0
    })
}

/// The mean of `side * side` samples spread over a pixel, and the contrast between them.
fn sampled_pixel(scene: &Scene, column: usize, row: usize, side: u32) -> (Colour, f64) {
    let mut sum = Vector::ZERO;
    let (mut darkest, mut brightest) = (f64::MAX, f64::MIN);
    for part in 0..side * side {
        let x = column as f64 + (f64::from(part % side) + 0.5) / f64::from(side);
        let y = row as f64 + (f64::from(part / side) + 0.5) / f64::from(side);
        let colour = exposed(light_along(scene, camera_ray(scene, x, y), REFLECTIONS));
        let brightness = 0.3 * colour.x + 0.6 * colour.y + 0.1 * colour.z;
        darkest = darkest.min(brightness);
        brightest = brightest.max(brightness);
        sum = sum + colour;
    }
    let mean = sum * (1.0 / f64::from(side * side));
    (vignetted(mean, column, row), brightest - darkest)
}

/// The amount of light that film shows: bright light saturates gently instead of being cut off.
fn exposed(light: Colour) -> Colour {
    light.map(|amount| amount * (amount + 0.3) / (amount * (amount + 0.9) + 0.35))
}

/// A little darker towards the corners, as through a lens.
fn vignetted(colour: Colour, column: usize, row: usize) -> Colour {
    let (x, y) = (column as f64 - MIDDLE.0, row as f64 - MIDDLE.1);
    colour * (1.0 - 0.32 * (x * x + y * y) / (MIDDLE.0 * MIDDLE.0 + MIDDLE.1 * MIDDLE.1))
}

/// The ray from the camera through a point of the picture.
fn camera_ray(scene: &Scene, x: f64, y: f64) -> Ray {
    let camera = scene.camera;
    let sideways = camera.right * ((x - MIDDLE.0) / ZOOM);
    let upwards = camera.up * ((MIDDLE.1 - y) / ZOOM);
    let direction = (camera.forward + sideways + upwards).unit();
    Ray { origin: camera.eye, direction, width: 0.0, spread: 1.0 / ZOOM }
}

/// The light that comes along a ray.
fn light_along(scene: &Scene, ray: Ray, reflections: u32) -> Colour {
    match first_meeting(scene, ray) {
        Meeting::Sky => studio::sky(ray.origin, ray.direction),
        Meeting::Floor(distance) => light_from_floor(scene, ray, distance, reflections),
        Meeting::Ball(ball, distance) => light_from_ball(scene, ray, ball, distance, reflections),
    }
}

/// The nearest thing in the way of a ray.
fn first_meeting(scene: &Scene, ray: Ray) -> Meeting<'_> {
    let (mut nearest, mut meeting) = (f64::MAX, Meeting::Sky);
    if ray.direction.y < 0.0 {
        nearest = -ray.origin.y / ray.direction.y;
        meeting = Meeting::Floor(nearest);
    }
    for ball in &scene.balls {
        if let Some(distance) = distance_to_ball(ray, ball).filter(|distance| *distance < nearest) {
            (nearest, meeting) = (distance, Meeting::Ball(ball, distance));
        }
    }
    meeting
}

/// Where a ray enters a ball: the smaller solution of a quadratic equation.
fn distance_to_ball(ray: Ray, ball: &Ball) -> Option<f64> {
    let way = ball.centre - ray.origin;
    let closest = way.dot(ray.direction);
    let inside = ball.radius * ball.radius - (way.dot(way) - closest * closest);
    if closest <= 0.0 || inside <= 0.0 {
        return None;
    }
    let distance = closest - inside.sqrt();
    // A ray that starts on the ball must not meet it again because of a rounding error.
    (distance > 1e-6).then_some(distance)
}

/// The polished floor: its tiles, a faint mirror image, and haze in the distance.
fn light_from_floor(scene: &Scene, ray: Ray, distance: f64, reflections: u32) -> Colour {
    let up = Vector::new(0.0, 1.0, 0.0);
    let mut point = ray.origin + ray.direction * distance;
    point.y = 0.0;
    let width = ray.width + ray.spread * distance;
    let blur = OPENING * (distance - FOCUS).max(0.0) / FOCUS;
    let stretch = |sideways: f64| (width + blur) * (1.0 + (sideways / ray.direction.y).abs());
    let tiles = studio::floor_colour(point, stretch(ray.direction.x), stretch(ray.direction.z));
    let lit = tiles.tinted(studio::illumination(&scene.balls, point, up));
    let mirror = 0.03 + 0.36 * fifth_power(1.0 + ray.direction.y);
    let away = Ray { origin: point, direction: ray.direction.reflected(up), width, ..ray };
    let image = reflected_light(scene, away, reflections);
    let haze = distance * distance / (distance * distance + 1000.0);
    lit.blended(image, mirror).blended(studio::sky_without_lamp(ray.direction), haze)
}

/// A ball: its paint under a clear, mirroring coat.
fn light_from_ball(scene: &Scene, ray: Ray, ball: &Ball, distance: f64, left: u32) -> Colour {
    let point = ray.origin + ray.direction * distance;
    let normal = (point - ball.centre) * (1.0 / ball.radius);
    let facing = (-ray.direction.dot(normal)).clamp(0.0, 1.0);
    let glancing = fifth_power(1.0 - facing);
    let mirror = ball.mirror.blended(Vector::ONE, 0.8 * glancing);
    let width = ray.width + ray.spread * distance;
    // A round mirror spreads the ray, the more the smaller it is and the flatter it is met.
    let spread = ray.spread + 2.0 * width / (ball.radius * (facing + 0.1));
    let away = Ray { origin: point, direction: ray.direction.reflected(normal), width, spread };
    let image = reflected_light(scene, away, left);
    let body = ball.paint.tinted(studio::illumination(&scene.balls, point, normal));
    body.tinted(Vector::ONE - mirror) + image.tinted(mirror)
}

/// What a mirror shows; after the last reflection only the surroundings.
fn reflected_light(scene: &Scene, ray: Ray, reflections: u32) -> Colour {
    if reflections > 0 {
        return light_along(scene, ray, reflections - 1);
    }
    if ray.direction.y > 0.0 {
        return studio::sky(ray.origin, ray.direction);
    }
    studio::plain_floor()
}

/// Schlick's estimate of how a surface turns into a mirror when met at a flat angle.
fn fifth_power(value: f64) -> f64 {
    let square = value * value;
    square * square * value
}
