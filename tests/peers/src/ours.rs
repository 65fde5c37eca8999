//! Jalon's guide, with its default options.

use std::sync::Arc;

use jalon::guide::{Guide, GuideContents, GuideOptions, GuideRoute, GuideState};
use jalon::model::Fix;

use crate::follower::{Follower, Told};
use crate::walk::Route;

pub(crate) struct Jalon {
    guide: Guide,
}

impl Jalon {
    pub(crate) fn new(route: &Route) -> Jalon {
        Jalon::with_contents(route, GuideContents::default())
    }

    pub(crate) fn with_contents(route: &Route, contents: GuideContents) -> Jalon {
        let route = GuideRoute::new(&[route.line()]).expect("a route of the simulation is valid");
        Jalon { guide: Guide::new(Arc::new(route), GuideOptions::default(), contents) }
    }
}

impl Follower for Jalon {
    fn update(&mut self, fix: &Fix) -> Told {
        let update = self.guide.update(fix);
        let length_m = self.guide.route().length_m();
        Told {
            share: update.along_m.map(|along_m| along_m / length_m),
            is_off: [update.state == GuideState::OffRoute; 2],
            is_ambiguous: update.ambiguous,
        }
    }
}
