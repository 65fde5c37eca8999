//! Routes of the shapes that treks have.

use jalon::model::Position;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// Metres of a degree of latitude, near enough for a simulation.
pub const METRES_PER_DEGREE: f64 = 111_132.0;

/// Latitude of the origin of all routes, degrees.
const ORIGIN_LAT: f64 = 44.8;

/// Longitude of the origin of all routes, degrees.
const ORIGIN_LON: f64 = 6.3;

/// A shape of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// From one place to another.
    OneWay,
    /// To a summit and back on the same line.
    OutAndBack,
    /// Back to the start on other ground.
    Loop,
    /// A stem, a loop, and the stem back.
    Lollipop,
    /// Two loops that share one point.
    FigureEight,
    /// Up a slope in hairpins 25 m apart.
    Hairpins,
    /// Up a slope in hairpins 15 m apart.
    TightHairpins,
}

impl Shape {
    /// All shapes.
    pub const ALL: [Shape; 7] = [
        Shape::OneWay,
        Shape::OutAndBack,
        Shape::Loop,
        Shape::Lollipop,
        Shape::FigureEight,
        Shape::Hairpins,
        Shape::TightHairpins,
    ];

    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Shape::OneWay => "one way",
            Shape::OutAndBack => "out and back",
            Shape::Loop => "loop",
            Shape::Lollipop => "lollipop",
            Shape::FigureEight => "figure eight",
            Shape::Hairpins => "hairpins 25 m",
            Shape::TightHairpins => "hairpins 15 m",
        }
    }
}

/// A route in metres east and north of an origin, with its elevations.
#[derive(Debug, Clone)]
pub struct Route {
    /// Metres east, metres north, elevation in metres.
    pub vertices: Vec<[f64; 3]>,
    /// Metres along the route at each vertex.
    pub distances_m: Vec<f64>,
}

impl Route {
    /// A route of a shape, about 6 km long.
    pub fn new(shape: Shape, rng: &mut ChaCha8Rng) -> Route {
        let plan = match shape {
            Shape::OneWay => wander(6_000.0, 0.02, rng),
            Shape::OutAndBack => there_and_back(wander(3_000.0, 0.02, rng)),
            Shape::Loop => ring(950.0, [0.0, 0.0], rng),
            Shape::Lollipop => {
                let stem = wander(1_500.0, 0.015, rng);
                let end = stem[stem.len() - 1];
                let around = ring(480.0, end, rng);
                let back = stem.iter().rev().copied();
                stem.iter().copied().chain(around.into_iter().skip(1)).chain(back.skip(1)).collect()
            }
            Shape::FigureEight => {
                let first = ring(450.0, [0.0, 0.0], rng);
                let second = ring(450.0, [0.0, 0.0], rng).into_iter().map(|[x, y]| [-x, -y]);
                first.into_iter().chain(second.skip(1)).collect()
            }
            Shape::Hairpins => hairpins(25.0, rng),
            Shape::TightHairpins => hairpins(15.0, rng),
        };
        let phase = rng.random_range(0.0..6.0);
        let elevation =
            |[x, y]: [f64; 2]| 1_200.0 + 0.12 * y + 60.0 * (x / 700.0 + phase).sin() + 40.0 * (y / 500.0 - phase).cos();
        Route::of(plan.into_iter().map(|at| [at[0], at[1], elevation(at)]).collect())
    }

    /// A route of positions in degrees: longitude, latitude, elevation in metres.
    pub fn of_positions(positions: &[[f64; 3]]) -> Route {
        let scale = METRES_PER_DEGREE * ORIGIN_LAT.to_radians().cos();
        let vertex = |[lon, lat, elevation]: &[f64; 3]| {
            [(lon - ORIGIN_LON) * scale, (lat - ORIGIN_LAT) * METRES_PER_DEGREE, *elevation]
        };
        Route::of(positions.iter().map(vertex).collect())
    }

    fn of(vertices: Vec<[f64; 3]>) -> Route {
        let mut distances_m = vec![0.0];
        for pair in vertices.windows(2) {
            let step = (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
            distances_m.push(distances_m[distances_m.len() - 1] + step);
        }
        Route { vertices, distances_m }
    }

    /// Length in metres.
    pub fn length_m(&self) -> f64 {
        self.distances_m[self.distances_m.len() - 1]
    }

    /// Metres east and north, and the elevation, at a distance along the route.
    pub fn at(&self, along_m: f64) -> [f64; 3] {
        let after = self.distances_m.partition_point(|metres| *metres <= along_m).clamp(1, self.vertices.len() - 1);
        let (a, b) = (self.vertices[after - 1], self.vertices[after]);
        let edge = self.distances_m[after] - self.distances_m[after - 1];
        let share = if edge > 0.0 { ((along_m - self.distances_m[after - 1]) / edge).clamp(0.0, 1.0) } else { 0.0 };
        [0, 1, 2].map(|i| a[i] + share * (b[i] - a[i]))
    }

    /// The vertices in degrees: longitude, latitude, elevation in metres.
    pub fn positions(&self) -> Vec<[f64; 3]> {
        self.vertices.iter().map(|[x, y, elevation]| to_degrees(*x, *y, *elevation)).collect()
    }

    /// The vertices as the line of a trek.
    pub fn line(&self) -> Vec<Position> {
        let position =
            |[lon, lat, elevation]: [f64; 3]| Position { elevation: Some(elevation), ..Position::new(lon, lat) };
        self.positions().into_iter().map(position).collect()
    }
}

/// Longitude and latitude of metres east and north of the origin, with an elevation.
pub fn to_degrees(x: f64, y: f64, elevation: f64) -> [f64; 3] {
    let scale = METRES_PER_DEGREE * ORIGIN_LAT.to_radians().cos();
    [ORIGIN_LON + x / scale, ORIGIN_LAT + y / METRES_PER_DEGREE, elevation]
}

/// A winding path of a length, with a vertex every 10 m that turns by up to some radians a metre.
fn wander(length_m: f64, bend: f64, rng: &mut ChaCha8Rng) -> Vec<[f64; 2]> {
    let (mut at, mut bearing, mut turn) = ([0.0_f64, 0.0_f64], 0.3_f64, 0.0_f64);
    let mut path = vec![at];
    for _ in 0..(length_m / 10.0) as usize {
        turn = 0.8 * turn + rng.random_range(-bend..bend) * 10.0 * 0.5;
        bearing = 0.98 * bearing + turn;
        at = [at[0] + 10.0 * bearing.sin(), at[1] + 10.0 * bearing.cos()];
        path.push(at);
    }
    path
}

fn there_and_back(path: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let back: Vec<_> = path.iter().rev().skip(1).copied().collect();
    path.into_iter().chain(back).collect()
}

/// A closed path around a centre at a radius north of its start, with bulges.
fn ring(radius_m: f64, start: [f64; 2], rng: &mut ChaCha8Rng) -> Vec<[f64; 2]> {
    let bulges: Vec<(f64, f64)> = (2..5).map(|_| (rng.random_range(-0.12..0.12), rng.random_range(0.0..6.3))).collect();
    let radius = |angle: f64| {
        let bulge: f64 =
            bulges.iter().enumerate().map(|(i, (size, phase))| size * ((i as f64 + 2.0) * angle + phase).sin()).sum();
        radius_m * (1.0 + bulge)
    };
    let count = (radius_m * std::f64::consts::TAU / 10.0) as usize;
    let point = |index: usize| {
        let angle = std::f64::consts::TAU * index as f64 / count as f64;
        let r = radius(angle);
        [r * angle.sin(), -r * angle.cos()]
    };
    let origin = point(0);
    (0..=count)
        .map(|index| point(index % count))
        .map(|[x, y]| [start[0] + x - origin[0], start[1] + y - origin[1]])
        .collect()
}

/// A valley path, then legs of 80 to 160 m, each so many metres above the one before, then a path on the plateau.
fn hairpins(apart_m: f64, rng: &mut ChaCha8Rng) -> Vec<[f64; 2]> {
    let mut path: Vec<[f64; 2]> = (0..=80).map(|index| [-800.0 + 10.0 * f64::from(index), 0.0]).collect();
    let mut at = [0.0_f64, 0.0_f64];
    for leg in 0..24 {
        let length = rng.random_range(80.0..160.0);
        let direction = if leg % 2 == 0 { 1.0 } else { -1.0 };
        let end = [if direction > 0.0 { length } else { rng.random_range(-20.0..20.0) }, at[1]];
        let steps = ((end[0] - at[0]).abs() / 10.0).ceil().max(1.0);
        for step in 1..=steps as usize {
            let share = step as f64 / steps;
            path.push([at[0] + share * (end[0] - at[0]), at[1] + share * apart_m * 0.5]);
        }
        at = path[path.len() - 1];
        at = [at[0], at[1] + apart_m * 0.5];
        path.push(at);
    }
    let (x, y) = (at[0], at[1]);
    path.extend((1..=80).map(|index| [x + 10.0 * f64::from(index), y + 2.0 * f64::from(index)]));
    path
}
