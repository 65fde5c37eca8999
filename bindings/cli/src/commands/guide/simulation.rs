//! Fixes of a simulated walk: from the start to the end of a route at 1.2 m/s, with correlated errors of the receiver.

use jalon::guide::GuideRoute;
use jalon::model::{Fix, Position};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Walking speed, metres per second.
const SPEED_MPS: f64 = 1.2;

/// Correlation time of the errors, seconds (Ornstein–Uhlenbeck process).
const CORRELATION_S: f64 = 60.0;

/// Metres of a degree of latitude.
const METRES_PER_DEGREE: f64 = 111_132.0;

/// Fixes every `interval_s` seconds from `start_ms` on, with a horizontal error of `noise_m` (root mean square).
pub(super) fn fixes(route: &GuideRoute, noise_m: f64, interval_s: u32, seed: u64, start_ms: i64) -> Vec<Fix> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let sigma_m = noise_m / std::f64::consts::SQRT_2;
    let keep = (-f64::from(interval_s) / CORRELATION_S).exp();
    let fresh = (1.0 - keep * keep).sqrt();
    let mut error = [sigma_m * normal(&mut rng), sigma_m * normal(&mut rng)];
    let mut fixes = Vec::new();
    let mut seconds = 0;
    loop {
        let along_m = f64::from(seconds) * SPEED_MPS;
        let Ok(truth) = route.line().position_at(along_m) else { break };
        let east = METRES_PER_DEGREE * truth.lat.to_radians().cos().max(1e-6);
        let lon = (truth.lon + error[0] / east + 540.0).rem_euclid(360.0) - 180.0;
        let lat = (truth.lat + error[1] / METRES_PER_DEGREE).clamp(-90.0, 90.0);
        let position = Position { lon, lat, elevation: truth.elevation };
        let accuracy_m = Some((noise_m * 1.07).max(3.0));
        fixes.push(Fix { accuracy_m, ..Fix::new(position, start_ms + i64::from(seconds) * 1_000) });
        if along_m >= route.length_m() {
            break;
        }
        seconds += interval_s;
        for axis in &mut error {
            *axis = keep * *axis + fresh * sigma_m * normal(&mut rng);
        }
    }
    fixes
}

/// A number of the standard normal distribution (Box and Muller).
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius: f64 = rng.random_range(f64::MIN_POSITIVE..1.0);
    let angle: f64 = rng.random_range(0.0..std::f64::consts::TAU);
    (-2.0 * radius.ln()).sqrt() * angle.cos()
}
