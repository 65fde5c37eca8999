//! Services, signage with blades and lines, infrastructure.

use super::attached::attachments;
use super::fields::Fields;
use crate::model::{Blade, BladeLine, BladePictogram, Infrastructure, Service, Signage};

pub(super) fn service(f: &mut Fields<'_>) -> Option<Service> {
    Some(Service {
        id: f.own_id()?,
        uuid: f.string("uuid"),
        service_type: f.id("type"),
        geometry: f.geometry("geometry"),
        external_id: f.string("eid"),
        structure: f.id("structure"),
        provider: f.string("provider"),
    })
}

pub(super) fn signage(f: &mut Fields<'_>) -> Option<Signage> {
    Some(Signage {
        id: f.own_id()?,
        uuid: f.string("uuid"),
        name: f.text("name"),
        description: f.rich("description"),
        code: f.string("code").unwrap_or_default(),
        signage_type: f.id("type"),
        conditions: f.ids("conditions"),
        implantation_year: f.integer("implantation_year"),
        printed_elevation: f.integer("printed_elevation"),
        sealing: f.id("sealing"),
        blades: f.objects("blades", "blade").iter_mut().filter_map(blade).collect(),
        geometry: f.geometry("geometry"),
        attachments: attachments(f),
        external_id: f.string("eid"),
        structure: f.id("structure"),
        provider: f.string("provider"),
    })
}

fn blade(f: &mut Fields<'_>) -> Option<Blade> {
    Some(Blade {
        id: f.own_id()?,
        number: f.string("number").unwrap_or_default(),
        color: f.id("color"),
        direction: f.id("direction"),
        lines: f.objects("lines", "blade_line").iter_mut().filter_map(line).collect(),
    })
}

fn line(f: &mut Fields<'_>) -> Option<BladeLine> {
    Some(BladeLine {
        id: f.own_id()?,
        direction: f.id("direction"),
        text: f.string("text").unwrap_or_default(),
        distance_km: f.number("distance"),
        time: f.string("time"),
        pictograms: f
            .objects("pictograms", "blade_pictogram")
            .iter_mut()
            .map(|f| BladePictogram {
                label: f.string("label").unwrap_or_default(),
                code: f.string("code").unwrap_or_default(),
                description: f.string("description").unwrap_or_default(),
                pictogram: f.link("pictogram"),
            })
            .collect(),
    })
}

pub(super) fn infrastructure(f: &mut Fields<'_>) -> Option<Infrastructure> {
    Some(Infrastructure {
        id: f.own_id()?,
        uuid: f.string("uuid"),
        name: f.text("name"),
        description: f.rich("description"),
        accessibility: f.rich("accessibility"),
        infrastructure_type: f.id("type"),
        conditions: f.ids("conditions"),
        implantation_year: f.integer("implantation_year"),
        maintenance_difficulty: f.id("maintenance_difficulty"),
        usage_difficulty: f.id("usage_difficulty"),
        geometry: f.geometry("geometry"),
        attachments: attachments(f),
        external_id: f.string("eid"),
        structure: f.id("structure"),
        provider: f.string("provider"),
    })
}
