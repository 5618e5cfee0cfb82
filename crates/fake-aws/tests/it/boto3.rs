//! Operations that are answered from their models.

use crate::python;

#[test]
fn the_tables_are_what_botocore_says() {
    let test = "the_tables_are_what_botocore_says";
    python::run(test, "../../scripts/service_tables.py", &["--check"], "");
}
