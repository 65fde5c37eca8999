//! Ordered maps and sets from iterators. `collect` sorts all items first, and its sort is compiled anew for each type: 5 kB of
//! code each, 4 % of a phone's library in all. These functions insert the items one by one.

use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn map<K: Ord, V>(items: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(items);
    map
}

pub(crate) fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    set.extend(items);
    set
}

/// A map from items that may fail, such as rows of a query.
pub(crate) fn try_map<K: Ord, V, E>(items: impl IntoIterator<Item = Result<(K, V), E>>) -> Result<BTreeMap<K, V>, E> {
    let mut map = BTreeMap::new();
    for item in items {
        let (key, value) = item?;
        map.insert(key, value);
    }
    Ok(map)
}

/// A set from items that may fail, such as rows of a query.
pub(crate) fn try_set<T: Ord, E>(items: impl IntoIterator<Item = Result<T, E>>) -> Result<BTreeSet<T>, E> {
    let mut set = BTreeSet::new();
    for item in items {
        set.insert(item?);
    }
    Ok(set)
}
