//! What a cell with a formula shows when no program left a text in it.
//!
//! Nothing is evaluated.

use crate::xml::Element;

/// Where a result is stored (OpenDocument 1.3 part 3, 19.384 to 19.390).
const RESULTS: &[&str] = &["value", "date-value", "time-value", "boolean-value", "string-value"];

/// The result that is stored with a formula, or the formula when none is; nothing for other cells. An empty text is a result.
pub fn without_text(element: &Element<'_>) -> String {
    let Some(formula) = element.get("formula") else { return String::new() };
    let stored = RESULTS.iter().find_map(|name| element.get(name));
    let is_text = || element.get("value-type").is_some_and(|kind| kind == "string");
    stored.or_else(|| is_text().then(String::new)).unwrap_or_else(|| shown(&formula))
}

/// A formula as a person writes it: without the name of its language, and without the brackets around references
/// (OpenFormula 1.3, 5.8).
fn shown(formula: &str) -> String {
    let formula = formula.trim();
    let named = formula.split_once(":=").filter(|(language, _)| language.chars().all(char::is_alphanumeric));
    let rest = named.map_or(formula.trim_start_matches('='), |(_, rest)| rest);
    let mut shown = "=".to_owned();
    let (mut quoted, mut in_reference, mut begins) = (false, false, false);
    for c in rest.chars() {
        match c {
            '"' => quoted = !quoted,
            '[' if !quoted => {
                (in_reference, begins) = (true, true);
                continue;
            }
            ']' if !quoted => {
                in_reference = false;
                continue;
            }
            '.' if begins => {
                begins = false;
                continue;
            }
            _ => {}
        }
        begins = in_reference && c == ':';
        shown.push(c);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn formulas_read_as_a_person_writes_them() {
        let check = |formula: &str, expected: &str| assert_eq!(shown(formula), expected, "{formula}");
        check("of:=SUM([.A1:.B2];1.5)", "=SUM(A1:B2;1.5)");
        check("oooc:=[Two.A1]&\"[.x]\"", "=Two.A1&\"[.x]\"");
        check("=A1+1", "=A1+1");
        check("of:=IF([.A1]>0;\":=\";\"\")", "=IF(A1>0;\":=\";\"\")");
        check("A1*2", "=A1*2");
        check("=A1&\":=\"", "=A1&\":=\"");
        check("", "=");
    }
}
