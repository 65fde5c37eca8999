use super::*;

/// A walk on a plane around a position: metres east and north, with the errors of a receiver.
struct Walk {
    random: u64,
    time_ms: i64,
    east_m: f64,
    north_m: f64,
    elevation_m: f64,
    true_m: f64,
    sigma_m: f64,
    error: [f64; 3],
    fixes: Vec<Fix>,
}

impl Walk {
    /// Errors of a standard deviation that last about 60 s.
    fn new(sigma_m: f64, seed: u64) -> Walk {
        let random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut walk = Walk {
            random,
            time_ms: 1_780_000_000_000,
            east_m: 0.0,
            north_m: 0.0,
            elevation_m: 1_000.0,
            true_m: 0.0,
            sigma_m,
            error: [0.0; 3],
            fixes: Vec::new(),
        };
        walk.error = [(); 3].map(|()| walk.normal() * sigma_m);
        walk
    }

    fn uniform(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    fn fix(&mut self, seconds: i64) {
        let keep = (-(seconds as f64) / 60.0).exp();
        for index in 0..3 {
            self.error[index] = self.error[index] * keep + self.normal() * self.sigma_m * (1.0 - keep * keep).sqrt();
        }
        self.time_ms += seconds * 1_000;
        let position = Position {
            lon: 6.0 + (self.east_m + self.error[0]) / 79_500.0,
            lat: 44.5 + (self.north_m + self.error[1]) / 111_133.0,
            elevation: Some(self.elevation_m + self.error[2]),
        };
        self.fixes.push(Fix { accuracy_m: Some(self.sigma_m * 1.5), ..Fix::new(position, self.time_ms) });
    }

    fn stand(&mut self, seconds: i64, interval_s: i64) {
        (0..seconds / interval_s).for_each(|_| self.fix(interval_s));
    }

    /// Walks along a bend, up by a slope.
    fn walk(&mut self, metres: f64, mps: f64, interval_s: i64, slope: f64) {
        let steps = (metres / mps / interval_s as f64) as i64;
        for step in 0..steps {
            let (length_m, heading) =
                (mps * interval_s as f64, (step as f64 * length_m_of(mps, interval_s) / 300.0).sin());
            self.east_m += length_m * heading.sin();
            self.north_m += length_m * heading.cos();
            self.elevation_m += length_m * slope;
            self.true_m += length_m;
            self.fix(interval_s);
        }
    }

    fn stats(&self) -> TrackStats {
        stats_of(&self.fixes)
    }
}

fn length_m_of(mps: f64, interval_s: i64) -> f64 {
    mps * interval_s as f64
}

fn stats_of(fixes: &[Fix]) -> TrackStats {
    let mut collector = StatsCollector::default();
    fixes.iter().enumerate().for_each(|(index, fix)| collector.push(fix, index == 0));
    collector.stats()
}

#[test]
fn walk_with_a_pause_has_its_distance_ascent_and_times() {
    for (sigma_m, max_off) in [(0.0, 0.01), (1.0, 0.02), (3.0, 0.04), (5.0, 0.05), (8.0, 0.08)] {
        for seed in 1..4 {
            let mut walk = Walk::new(sigma_m, seed);
            walk.walk(2_000.0, 1.2, 1, 0.1);
            walk.stand(1_800, 1);
            walk.walk(2_000.0, 1.2, 1, -0.1);
            let stats = walk.stats();
            let off = stats.distance_m / walk.true_m - 1.0;
            assert!(off.abs() < max_off, "{sigma_m} m: {off}");
            let (ascent_m, descent_m) = (stats.ascent_m.unwrap(), stats.descent_m.unwrap());
            let allowed_m = 10.0 + 6.0 * sigma_m;
            assert!(
                (ascent_m - 200.0).abs() < allowed_m && (descent_m - 200.0).abs() < allowed_m,
                "{sigma_m} {stats:?}"
            );
            assert!((stats.moving_s / (walk.true_m / 1.2) - 1.0).abs() < 0.06, "{sigma_m}: {stats:?}");
            assert_eq!(stats.total_s, (walk.fixes.len() - 1) as f64);
            assert_eq!(stats.points, walk.fixes.len() as u64);
        }
    }
}

#[test]
fn slow_walk_and_sparse_fixes_have_their_distance() {
    for (mps, interval_s, sigma_m) in [(0.6, 1, 5.0), (1.2, 5, 5.0), (1.2, 10, 5.0), (1.2, 30, 5.0), (2.5, 1, 5.0)] {
        let mut walk = Walk::new(sigma_m, 7);
        walk.walk(3_000.0, mps, interval_s, 0.0);
        let off = walk.stats().distance_m / walk.true_m - 1.0;
        assert!(off.abs() < 0.07, "{mps} m/s, every {interval_s} s: {off}");
    }
}

#[test]
fn standing_for_an_hour_adds_nearly_nothing() {
    for (sigma_m, interval_s) in [(3.0, 1), (5.0, 1), (8.0, 1), (12.0, 1), (5.0, 10)] {
        for seed in 1..5 {
            let mut walk = Walk::new(sigma_m, seed);
            walk.stand(3_600, interval_s);
            let stats = walk.stats();
            assert!(stats.distance_m < 60.0 && stats.moving_s < 180.0, "{sigma_m}: {stats:?}");
            let raw: f64 = walk.fixes.windows(2).map(|pair| distance_m(&pair[0], &pair[1])).sum();
            assert!(stats.distance_m * 20.0 < raw, "{sigma_m}: {raw}");
            assert!(stats.ascent_m.unwrap() < 10.0, "{sigma_m}: {stats:?}");
        }
    }
}

#[test]
fn frozen_position_is_standing_and_the_way_on_is_straight() {
    let mut walk = Walk::new(0.0, 1);
    walk.walk(500.0, 1.25, 1, 0.0);
    let frozen = *walk.fixes.last().unwrap();
    for second in 1..=300 {
        walk.fixes.push(Fix { time_ms: frozen.time_ms + second * 1_000, ..frozen });
    }
    walk.time_ms += 300_000;
    walk.north_m += 300.0;
    walk.walk(500.0, 1.25, 1, 0.0);
    let mut standing = StatsCollector::default();
    walk.fixes[..700].iter().enumerate().for_each(|(index, fix)| standing.push(fix, index == 0));
    assert!((standing.still_s() - 300.0).abs() < 15.0, "{}", standing.still_s());
    let stats = walk.stats();
    assert!((stats.distance_m - 1_300.0).abs() < 25.0, "{stats:?}");
    assert!((stats.moving_s - 800.0).abs() < 25.0, "{stats:?}");
    assert_eq!(stats.total_s, 1_099.0);
}

#[test]
fn nothing_is_measured_between_two_sections() {
    let mut walk = Walk::new(0.0, 1);
    walk.walk(300.0, 1.0, 1, 0.0);
    walk.north_m += 5_000.0;
    walk.time_ms -= 3_600_000;
    let second = walk.fixes.len();
    walk.walk(300.0, 1.0, 1, 0.0);
    let mut collector = StatsCollector::default();
    for (index, fix) in walk.fixes.iter().enumerate() {
        collector.push(fix, index == 0 || index == second);
    }
    let stats = collector.stats();
    assert!((stats.distance_m - 600.0).abs() < 10.0, "{stats:?}");
    // The clock was set back: that time is not counted, and not taken away.
    assert_eq!(stats.total_s, 598.0);
}

#[test]
fn track_without_elevations_has_no_ascent() {
    let at = |lon: f64, time_ms| Fix::new(Position::new(lon, 0.1), time_ms);
    let stats = stats_of(&[at(179.9999, 0), at(-179.9999, 20_000), at(-179.9995, 60_000)]);
    assert_eq!((stats.ascent_m, stats.descent_m), (None, None));
    assert!((60.0..70.0).contains(&stats.distance_m), "{stats:?}");
    assert_eq!(stats_of(&[]), TrackStats::default());
}
