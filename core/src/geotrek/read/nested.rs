//! Objects that contain other objects of their list: tours with their stages, menu entries with the entries below them.

use super::object::WireObject;
use crate::geotrek::value::MAX_TREE_DEPTH;
use crate::model::{Id, MenuItem, Object, Trek};

/// A trek; for a tour, its stages after it.
pub(super) fn trek(mut json: WireObject<'_>, depth: usize) -> Vec<Object> {
    let stages = json.objects("steps", "trek");
    let mut trek = Trek::default();
    let mut objects = Vec::new();
    if json.read(&mut trek) {
        objects.push(trek.into());
    }
    if depth < MAX_TREE_DEPTH {
        objects.extend(stages.into_iter().flat_map(|stage| self::trek(stage, depth + 1)));
    }
    objects
}

/// A menu entry and, if the response is a tree, the entries below it.
pub(super) fn menu_item(mut json: WireObject<'_>, parent: Option<Id>, depth: usize) -> Vec<Object> {
    // The list has whole entries below an entry, the response for one entry their ids.
    let is_tree = json.peek("children").is_some_and(|children| children.contains('{'));
    let children = if is_tree { json.objects("children", "menu_item") } else { Vec::new() };
    let mut item = MenuItem::default();
    if !json.read(&mut item) {
        return Vec::new();
    }
    item.parent = item.parent.or(parent);
    let id = Some(item.id);
    let mut below: Vec<Object> = Vec::new();
    if depth < MAX_TREE_DEPTH {
        below.extend(children.into_iter().flat_map(|child| menu_item(child, id, depth + 1)));
    }
    if is_tree {
        let own_children = below.iter().filter_map(|object| match object {
            Object::MenuItem(child) if child.parent == id => Some(child.id),
            _ => None,
        });
        item.children = own_children.collect();
    }
    std::iter::once(item.into()).chain(below).collect()
}
