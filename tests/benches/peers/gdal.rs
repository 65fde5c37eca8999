use std::path::Path;
use std::process::Command;

use crate::Done;
use crate::measure::{Told, run_command};

/// GDAL's own stream of batches from the one driver to the other, which is what `ogr2ogr` does too.
const COPY: &str = "
import sys, time, pyogrio
start = time.perf_counter_ns()
with pyogrio.raw.open_arrow(sys.argv[1], use_pyarrow=False) as (about, stream):
    pyogrio.raw.write_arrow(stream, sys.argv[2], driver='GPKG', layer='trek', crs=about['crs'],
        geometry_type=about['geometry_type'], geometry_name=about['geometry_name'] or 'wkb_geometry')
took = time.perf_counter_ns() - start
lines = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]
print(took, int(lines[0].split()[1]) * 1024)
print('done')
";

/// The GDAL that is at hand.
pub(crate) enum Gdal {
    Ogr2ogr,
    Pyogrio(std::ffi::OsString),
}

impl Gdal {
    /// `ogr2ogr`, or else the Python with pyogrio that `JALON_GDAL_PYTHON` names, as for the tests.
    pub(crate) fn find() -> Option<Gdal> {
        let has_ogr2ogr = Command::new("ogr2ogr").arg("--version").output().is_ok();
        if has_ogr2ogr { Some(Gdal::Ogr2ogr) } else { std::env::var_os("JALON_GDAL_PYTHON").map(Gdal::Pyogrio) }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Gdal::Ogr2ogr => "ogr2ogr",
            Gdal::Pyogrio(_) => "GDAL (pyogrio)",
        }
    }

    /// GeoJSON to a GeoPackage with an R-tree, which is GDAL's default.
    pub(crate) fn convert(&self, from: &Path, to: &Path) -> Done<Told> {
        match self {
            Gdal::Ogr2ogr => {
                run_command(Command::new("ogr2ogr").args(["-f", "GPKG", "-nln", "trek"]).arg(to).arg(from), false)
            }
            Gdal::Pyogrio(python) => run_command(Command::new(python).args(["-c", COPY]).arg(from).arg(to), true),
        }
    }
}
