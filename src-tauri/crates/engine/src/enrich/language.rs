//! In which language an asset is written, told by its letters; of what is heard, the hearing knows better.

use crate::catalog::texts::Text;
use whatlang::Lang;
use winnow_contract::asset::MediaKind;

/// With fewer letters nothing is said …
const ENOUGH: usize = 60;
/// … and more than these characters are not looked at.
const SAMPLE: usize = 4000;

/// True when the language is that of a text; that of a recording was heard.
pub fn is_written(kind: MediaKind) -> bool {
    match kind {
        MediaKind::Sound | MediaKind::Video => false,
        MediaKind::Text
        | MediaKind::Table
        | MediaKind::Web
        | MediaKind::Image
        | MediaKind::Pdf
        | MediaKind::Office
        | MediaKind::Mail
        | MediaKind::Archive
        | MediaKind::Empty
        | MediaKind::Other => true,
    }
}

/// The language that texts begin in, as ISO 639-1; none when that is not sure.
pub fn of(texts: &[Text]) -> Option<&'static str> {
    told(&sample(texts.iter().map(|text| text.text.as_str())))
}

/// The beginning of all texts, in their order.
fn sample<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.flat_map(|text| text.chars().chain(['\n'])).take(SAMPLE).collect()
}

fn told(text: &str) -> Option<&'static str> {
    if text.chars().filter(|character| character.is_alphabetic()).take(ENOUGH).count() < ENOUGH {
        return None;
    }
    whatlang::detect(text).filter(whatlang::Info::is_reliable).map(|info| code(info.lang()))
}

/// ISO 639-1, as speech models name languages: `no` for Norwegian.
fn code(language: Lang) -> &'static str {
    match language {
        Lang::Epo => "eo",
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Kat => "ka",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Amh => "am",
        Lang::Jav => "jv",
        Lang::Kor => "ko",
        Lang::Nob => "no",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Kan => "kn",
        Lang::Ron => "ro",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Tam => "ta",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Tha => "th",
        Lang::Guj => "gu",
        Lang::Uzb => "uz",
        Lang::Pan => "pa",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Tel => "te",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Ori => "or",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Khm => "km",
        Lang::Tuk => "tk",
        Lang::Aka => "ak",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Afr => "af",
        Lang::Lat => "la",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        Lang::Cym => "cy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_where_that_is_sure() {
        let english = "The keeper of the light went down to the harbour in the evening and found the boat gone.";
        let german = "Der Leuchtturmwärter ging am Abend zum Hafen hinunter und fand, dass das Boot verschwunden war.";
        let french = "Le gardien du phare descendit le soir vers le port et trouva que le bateau avait disparu.";
        let russian = "Смотритель маяка спустился вечером в гавань и увидел, что лодка исчезла вместе с сетями. Он ещё долго смотрел на тёмное море и думал о том, что скажет жене.";
        for (text, expected) in [
            (english, Some("en")),
            (german, Some("de")),
            (french, Some("fr")),
            (russian, Some("ru")),
            ("The keeper of the light went down.", None),
            ("4111 1111 1111 1111, 12.50, 13.75, 14.00, 2026-11-21, 2026-11-22, 2026-11-23, 2026-11-24, 2026-11-25", None),
            ("", None),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn only_the_beginning_of_all_texts_is_looked_at() {
        assert_eq!(sample(["one", "two"].into_iter()), "one\ntwo\n");
        assert_eq!(sample(["é".repeat(SAMPLE * 2).as_str(), "two"].into_iter()).chars().count(), SAMPLE);
    }

    #[test]
    fn every_language_has_a_code_of_its_own() {
        let mut codes: Vec<_> = Lang::all().iter().map(|language| code(*language)).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Lang::all().len());
        assert!(codes.iter().all(|code| code.len() == 2));
    }
}
