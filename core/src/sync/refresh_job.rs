//! The job of a refresh, whatever the territory is read from: a Geotrek server, the static files of its mobile app, or those of
//! an edition.

use std::sync::Arc;

#[cfg(feature = "edition")]
use super::edition::{EditionPlanner, EditionRole, plan_edition_refresh};
use super::lock::TerritoryLocks;
use super::mobile::{MobilePlanner, MobileRole, plan_mobile_refresh};
use super::planner::{Completed, Failure, Parsed, PendingRequest, PlanCounts, Planner};
use super::refresh::{GeotrekPlanner, GeotrekRole, RefreshOptions, plan_geotrek_refresh};
use super::runner::JobRunner;
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::error::Result;

/// A refresh in progress, for a driver. When [`next`](super::Job::next) returns [`Next::Idle`](crate::transfer::Next::Idle),
/// [`Companion::apply_refresh`](crate::Companion::apply_refresh) writes the result.
pub type RefreshJob = JobRunner<RefreshPlanner>;

/// Plans a refresh, or continues one that was started within the last day.
pub(crate) fn plan_refresh(
    catalogue: &Arc<Catalogue>,
    locks: &TerritoryLocks,
    clock: &Arc<dyn Clock>,
    territory: &str,
    options: &RefreshOptions,
) -> Result<RefreshJob> {
    let locked = locks.try_acquire_by_name(catalogue, territory)?;
    if locked.0.is_mobile_tree {
        return plan_mobile_refresh(catalogue, clock, locked, options);
    }
    match locked.0.edition.is_some() {
        false => plan_geotrek_refresh(catalogue, clock, locked, options),
        #[cfg(feature = "edition")]
        true => plan_edition_refresh(catalogue, clock, locked, options),
        #[cfg(not(feature = "edition"))]
        true => Err(crate::error::Error::invalid(
            "territory",
            "must be one of a Geotrek server: this build reads no editions",
        )),
    }
}

/// The purpose of a request of a refresh.
#[derive(Debug, Clone)]
pub enum RefreshRole {
    /// A request to a Geotrek server.
    Geotrek(GeotrekRole),
    /// A request for a file of a mobile tree.
    Mobile(MobileRole),
    /// A request for a file of an edition.
    #[cfg(feature = "edition")]
    Edition(EditionRole),
}

/// Plans the requests of a refresh.
#[derive(Debug)]
pub enum RefreshPlanner {
    /// From a Geotrek server.
    Geotrek(Box<GeotrekPlanner>),
    /// From a mobile tree.
    Mobile(Box<MobilePlanner>),
    /// From an edition.
    #[cfg(feature = "edition")]
    Edition(Box<EditionPlanner>),
}

fn with_role<R>(requests: Vec<PendingRequest<R>>, role: impl Fn(R) -> RefreshRole) -> Vec<PendingRequest<RefreshRole>> {
    requests.into_iter().map(|request| request.map_role(&role)).collect()
}

fn parsed_with_role<R>(
    parsed: Parsed<Vec<PendingRequest<R>>>,
    role: impl Fn(R) -> RefreshRole,
) -> Parsed<Vec<PendingRequest<RefreshRole>>> {
    match parsed {
        Parsed::Valid(requests) => Parsed::Valid(with_role(requests, role)),
        Parsed::Invalid(error) => Parsed::Invalid(error),
    }
}

impl Planner for RefreshPlanner {
    type Role = RefreshRole;

    fn next_phase(&mut self) -> Result<Vec<PendingRequest<RefreshRole>>> {
        Ok(match self {
            RefreshPlanner::Geotrek(planner) => with_role(planner.next_phase()?, RefreshRole::Geotrek),
            RefreshPlanner::Mobile(planner) => with_role(planner.next_phase()?, RefreshRole::Mobile),
            #[cfg(feature = "edition")]
            RefreshPlanner::Edition(planner) => with_role(planner.next_phase()?, RefreshRole::Edition),
        })
    }

    fn on_response(
        &mut self,
        role: &RefreshRole,
        completed: &Completed<'_>,
    ) -> Result<Parsed<Vec<PendingRequest<RefreshRole>>>> {
        match (self, role) {
            (RefreshPlanner::Geotrek(planner), RefreshRole::Geotrek(role)) => {
                Ok(parsed_with_role(planner.on_response(role, completed)?, RefreshRole::Geotrek))
            }
            (RefreshPlanner::Mobile(planner), RefreshRole::Mobile(role)) => {
                Ok(parsed_with_role(planner.on_response(role, completed)?, RefreshRole::Mobile))
            }
            #[cfg(feature = "edition")]
            (RefreshPlanner::Edition(planner), RefreshRole::Edition(role)) => {
                Ok(parsed_with_role(planner.on_response(role, completed)?, RefreshRole::Edition))
            }
            _ => Ok(Parsed::Valid(Vec::new())),
        }
    }

    fn on_failure(&mut self, role: &RefreshRole, failure: Failure<'_>) -> Result<Vec<PendingRequest<RefreshRole>>> {
        Ok(match (self, role) {
            (RefreshPlanner::Geotrek(planner), RefreshRole::Geotrek(role)) => {
                with_role(planner.on_failure(role, failure)?, RefreshRole::Geotrek)
            }
            (RefreshPlanner::Mobile(planner), RefreshRole::Mobile(role)) => {
                with_role(planner.on_failure(role, failure)?, RefreshRole::Mobile)
            }
            #[cfg(feature = "edition")]
            (RefreshPlanner::Edition(planner), RefreshRole::Edition(role)) => {
                with_role(planner.on_failure(role, failure)?, RefreshRole::Edition)
            }
            _ => Vec::new(),
        })
    }

    fn counts(&self) -> PlanCounts {
        match self {
            RefreshPlanner::Geotrek(planner) => planner.counts(),
            RefreshPlanner::Mobile(planner) => planner.counts(),
            #[cfg(feature = "edition")]
            RefreshPlanner::Edition(planner) => planner.counts(),
        }
    }
}
