//! Items that have something in common, together.

use std::collections::HashMap;
use std::hash::Hash;

/// The items in groups by what this says of them, both in the order in which they come.
pub(crate) fn grouped<T, K: Hash + Eq + Clone>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<(K, Vec<T>)> {
    let mut places: HashMap<K, usize> = HashMap::new();
    let mut groups: Vec<(K, Vec<T>)> = Vec::new();
    for item in items {
        let key = key(&item);
        let place = *places.entry(key.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, group)) => group.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_items_come_in_their_order() {
        let groups = grouped([31, 12, 21, 42, 51], |number| number % 10);
        assert_eq!(groups, [(1, vec![31, 21, 51]), (2, vec![12, 42])]);
    }
}
