//! The functions of formulas in workbooks before 2007 (MS-XLS 2.5.198.17), those that are met.
//!
//! Functions that only macros use are left out.

/// Arguments that are counted in the formula.
pub const MANY: u8 = u8::MAX;

/// Number, name, arguments, and whether the result may be a text.
#[rustfmt::skip]
const FUNCTIONS: &[(u16, &str, u8, bool)] = &[
    (0, "COUNT", MANY, false), (1, "IF", MANY, true), (2, "ISNA", 1, false), (3, "ISERROR", 1, false), (4, "SUM", MANY, false),
    (5, "AVERAGE", MANY, false), (6, "MIN", MANY, false), (7, "MAX", MANY, false), (8, "ROW", MANY, false), (9, "COLUMN", MANY, false),
    (10, "NA", 0, false), (11, "NPV", MANY, false), (12, "STDEV", MANY, false), (13, "DOLLAR", MANY, true), (14, "FIXED", MANY, true),
    (15, "SIN", 1, false), (16, "COS", 1, false), (17, "TAN", 1, false), (18, "ATAN", 1, false), (19, "PI", 0, false),
    (20, "SQRT", 1, false), (21, "EXP", 1, false), (22, "LN", 1, false), (23, "LOG10", 1, false), (24, "ABS", 1, false),
    (25, "INT", 1, false), (26, "SIGN", 1, false), (27, "ROUND", 2, false), (28, "LOOKUP", MANY, true), (29, "INDEX", MANY, true),
    (30, "REPT", 2, true), (31, "MID", 3, true), (32, "LEN", 1, false), (33, "VALUE", 1, false), (34, "TRUE", 0, false),
    (35, "FALSE", 0, false), (36, "AND", MANY, false), (37, "OR", MANY, false), (38, "NOT", 1, false), (39, "MOD", 2, false),
    (40, "DCOUNT", 3, false), (41, "DSUM", 3, false), (42, "DAVERAGE", 3, false), (43, "DMIN", 3, false), (44, "DMAX", 3, false),
    (45, "DSTDEV", 3, false), (46, "VAR", MANY, false), (47, "DVAR", 3, false), (48, "TEXT", 2, true), (49, "LINEST", MANY, false),
    (50, "TREND", MANY, false), (51, "LOGEST", MANY, false), (52, "GROWTH", MANY, false), (56, "PV", MANY, false),
    (57, "FV", MANY, false), (58, "NPER", MANY, false), (59, "PMT", MANY, false), (60, "RATE", MANY, false), (61, "MIRR", 3, false),
    (62, "IRR", MANY, false), (63, "RAND", 0, false), (64, "MATCH", MANY, false), (65, "DATE", 3, false), (66, "TIME", 3, false),
    (67, "DAY", 1, false), (68, "MONTH", 1, false), (69, "YEAR", 1, false), (70, "WEEKDAY", MANY, false), (71, "HOUR", 1, false),
    (72, "MINUTE", 1, false), (73, "SECOND", 1, false), (74, "NOW", 0, false), (75, "AREAS", 1, false), (76, "ROWS", 1, false),
    (77, "COLUMNS", 1, false), (78, "OFFSET", MANY, true), (82, "SEARCH", MANY, false), (83, "TRANSPOSE", 1, true),
    (86, "TYPE", 1, false), (97, "ATAN2", 2, false), (98, "ASIN", 1, false), (99, "ACOS", 1, false), (100, "CHOOSE", MANY, true),
    (101, "HLOOKUP", MANY, true), (102, "VLOOKUP", MANY, true), (105, "ISREF", 1, false), (109, "LOG", MANY, false),
    (111, "CHAR", 1, true), (112, "LOWER", 1, true), (113, "UPPER", 1, true), (114, "PROPER", 1, true), (115, "LEFT", MANY, true),
    (116, "RIGHT", MANY, true), (117, "EXACT", 2, false), (118, "TRIM", 1, true), (119, "REPLACE", 4, true),
    (120, "SUBSTITUTE", MANY, true), (121, "CODE", 1, false), (124, "FIND", MANY, false), (125, "CELL", MANY, true),
    (126, "ISERR", 1, false), (127, "ISTEXT", 1, false), (128, "ISNUMBER", 1, false), (129, "ISBLANK", 1, false), (130, "T", 1, true),
    (131, "N", 1, false), (140, "DATEVALUE", 1, false), (141, "TIMEVALUE", 1, false), (142, "SLN", 3, false), (143, "SYD", 4, false),
    (144, "DDB", MANY, false), (148, "INDIRECT", MANY, true), (162, "CLEAN", 1, true), (163, "MDETERM", 1, false),
    (164, "MINVERSE", 1, false), (165, "MMULT", 2, false), (167, "IPMT", MANY, false), (168, "PPMT", MANY, false),
    (169, "COUNTA", MANY, false), (183, "PRODUCT", MANY, false), (184, "FACT", 1, false), (189, "DPRODUCT", 3, false),
    (190, "ISNONTEXT", 1, false), (193, "STDEVP", MANY, false), (194, "VARP", MANY, false), (195, "DSTDEVP", 3, false),
    (196, "DVARP", 3, false), (197, "TRUNC", MANY, false), (198, "ISLOGICAL", 1, false), (199, "DCOUNTA", 3, false),
    (212, "ROUNDUP", 2, false), (213, "ROUNDDOWN", 2, false), (216, "RANK", MANY, false), (219, "ADDRESS", MANY, true),
    (220, "DAYS360", MANY, false), (221, "TODAY", 0, false), (222, "VDB", MANY, false), (227, "MEDIAN", MANY, false),
    (228, "SUMPRODUCT", MANY, false), (229, "SINH", 1, false), (230, "COSH", 1, false), (231, "TANH", 1, false), (232, "ASINH", 1, false),
    (233, "ACOSH", 1, false), (234, "ATANH", 1, false), (235, "DGET", 3, true), (247, "DB", MANY, false), (252, "FREQUENCY", 2, false),
    (261, "ERROR.TYPE", 1, false), (269, "AVEDEV", MANY, false), (276, "COMBIN", 2, false), (279, "EVEN", 1, false),
    (285, "FLOOR", 2, false), (288, "CEILING", 2, false), (293, "NORMDIST", 4, false), (294, "NORMSDIST", 1, false),
    (295, "NORMINV", 3, false), (296, "NORMSINV", 1, false), (298, "ODD", 1, false), (299, "PERMUT", 2, false),
    (318, "DEVSQ", MANY, false), (319, "GEOMEAN", MANY, false), (320, "HARMEAN", MANY, false), (321, "SUMSQ", MANY, false),
    (322, "KURT", MANY, false), (323, "SKEW", MANY, false), (325, "LARGE", 2, false), (326, "SMALL", 2, false),
    (327, "QUARTILE", 2, false), (328, "PERCENTILE", 2, false), (329, "PERCENTRANK", MANY, false), (330, "MODE", MANY, false),
    (336, "CONCATENATE", MANY, true), (337, "POWER", 2, false), (342, "RADIANS", 1, false), (343, "DEGREES", 1, false),
    (344, "SUBTOTAL", MANY, false), (345, "SUMIF", MANY, false), (346, "COUNTIF", 2, false), (347, "COUNTBLANK", 1, false),
    (354, "ROMAN", MANY, true), (359, "HYPERLINK", MANY, true), (361, "AVERAGEA", MANY, false), (362, "MAXA", MANY, false),
    (363, "MINA", MANY, false), (364, "STDEVPA", MANY, false), (365, "VARPA", MANY, false), (366, "STDEVA", MANY, false),
    (367, "VARA", MANY, false),
];

/// A function by its number: name, arguments, and whether the result may be a text.
pub fn of(number: u16) -> Option<(&'static str, u8, bool)> {
    let at = FUNCTIONS.binary_search_by_key(&number, |one| one.0).ok()?;
    FUNCTIONS.get(at).map(|(_, name, arguments, text)| (*name, *arguments, *text))
}

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;

    #[test]
    fn they_are_in_order() {
        assert!(FUNCTIONS.is_sorted_by_key(|one| one.0));
    }
}
