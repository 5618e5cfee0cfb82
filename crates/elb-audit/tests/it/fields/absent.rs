//! What AWS leaves out of its answers, or sends empty.

use super::Cell;
use super::body::How;

/// A field that AWS leaves out, or sends empty.
pub(super) struct Absent {
    /// The call, or `*` for any.
    call: &'static str,
    /// The end of the path.
    pub(super) path: &'static str,
    hows: Vec<&'static str>,
}

impl Absent {
    /// Whether it is of any call.
    pub(super) fn is_of_any(&self) -> bool {
        self.call == "*"
    }

    /// Whether a cell does what AWS itself does.
    pub(super) fn means(&self, cell: &Cell) -> bool {
        let how = match cell.how {
            How::Absent => "absent",
            How::Empty => "empty",
            How::Nonsense(_) => return false,
        };
        let at = cell.path.strip_suffix(self.path);
        let named = at.is_some_and(|before| before.is_empty() || before.ends_with('/'));
        named && ["*", &cell.call].contains(&self.call) && self.hows.contains(&how)
    }
}

/// The rows of the table.
pub(super) fn table() -> Vec<Absent> {
    let lines = include_str!("absent.tsv").lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let [call, path, hows, meaning] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("no row of four: {line}")
        };
        assert!(!meaning.is_empty(), "{path} means nothing");
        Absent { call, path, hows: hows.split(' ').collect() }
    };
    lines.map(row).collect()
}
