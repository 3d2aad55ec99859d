//! Failures, reasons and statuses as `{code, params}`, and the one table of sentences that says them.
//!
//! Every sentence a person reads about a failure, note, reason or act is here; no other file words one.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Something to be said: a code and its parameters. Stored and sent in this form; worded only when shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    pub code: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

impl Words {
    /// A code without parameters.
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), params: BTreeMap::new() }
    }

    /// The same words with one more parameter.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.params.insert(key.to_owned(), value.to_string());
        self
    }

    /// The English sentence. An unknown code is shown as itself, never dropped.
    pub fn sentence(&self) -> String {
        let template = template(&self.code).unwrap_or(&self.code);
        self.params.iter().fold(template.to_owned(), |text, (key, value)| text.replace(&format!("{{{key}}}"), shown(key, value)))
    }
}

fn template(code: &str) -> Option<&'static str> {
    SENTENCES.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

/// An entity type or a language as a person says it; every other parameter as it is.
fn shown<'a>(key: &str, value: &'a str) -> &'a str {
    match key {
        "entity" => template(&format!("entity_{value}")).unwrap_or(value),
        "language" => language(value),
        _ => value,
    }
}

/// A language by its code; a code without a name stays as it is.
pub fn language(code: &str) -> &str {
    LANGUAGES.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// Languages by their ISO 639-1 codes, or 639-3 where there is none; all that Whisper names are among them.
const LANGUAGES: &[(&str, &str)] = &[
    // The model could not tell.
    ("?", "another language"),
    ("af", "Afrikaans"),
    ("ak", "Akan"),
    ("am", "Amharic"),
    ("ar", "Arabic"),
    ("as", "Assamese"),
    ("az", "Azerbaijani"),
    ("ba", "Bashkir"),
    ("be", "Belarusian"),
    ("bg", "Bulgarian"),
    ("bn", "Bengali"),
    ("bo", "Tibetan"),
    ("br", "Breton"),
    ("bs", "Bosnian"),
    ("ca", "Catalan"),
    ("cs", "Czech"),
    ("cy", "Welsh"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("eo", "Esperanto"),
    ("es", "Spanish"),
    ("et", "Estonian"),
    ("eu", "Basque"),
    ("fa", "Persian"),
    ("fi", "Finnish"),
    ("fo", "Faroese"),
    ("fr", "French"),
    ("ga", "Irish"),
    ("gl", "Galician"),
    ("gu", "Gujarati"),
    ("ha", "Hausa"),
    ("haw", "Hawaiian"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hr", "Croatian"),
    ("ht", "Haitian Creole"),
    ("hu", "Hungarian"),
    ("hy", "Armenian"),
    ("id", "Indonesian"),
    ("is", "Icelandic"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("jv", "Javanese"),
    ("jw", "Javanese"),
    ("ka", "Georgian"),
    ("kk", "Kazakh"),
    ("km", "Khmer"),
    ("kn", "Kannada"),
    ("ko", "Korean"),
    ("la", "Latin"),
    ("lb", "Luxembourgish"),
    ("ln", "Lingala"),
    ("lo", "Lao"),
    ("lt", "Lithuanian"),
    ("lv", "Latvian"),
    ("mg", "Malagasy"),
    ("mi", "Māori"),
    ("mk", "Macedonian"),
    ("ml", "Malayalam"),
    ("mn", "Mongolian"),
    ("mr", "Marathi"),
    ("ms", "Malay"),
    ("mt", "Maltese"),
    ("my", "Burmese"),
    ("ne", "Nepali"),
    ("nl", "Dutch"),
    ("nn", "Norwegian Nynorsk"),
    ("no", "Norwegian"),
    ("oc", "Occitan"),
    ("or", "Odia"),
    ("pa", "Punjabi"),
    ("pl", "Polish"),
    ("ps", "Pashto"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("sa", "Sanskrit"),
    ("sd", "Sindhi"),
    ("si", "Sinhala"),
    ("sk", "Slovak"),
    ("sl", "Slovenian"),
    ("sn", "Shona"),
    ("so", "Somali"),
    ("sq", "Albanian"),
    ("sr", "Serbian"),
    ("su", "Sundanese"),
    ("sv", "Swedish"),
    ("sw", "Swahili"),
    ("ta", "Tamil"),
    ("te", "Telugu"),
    ("tg", "Tajik"),
    ("th", "Thai"),
    ("tk", "Turkmen"),
    ("tl", "Tagalog"),
    ("tr", "Turkish"),
    ("tt", "Tatar"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
    ("uz", "Uzbek"),
    ("vi", "Vietnamese"),
    ("yi", "Yiddish"),
    ("yo", "Yoruba"),
    ("yue", "Cantonese"),
    ("zh", "Chinese"),
    ("zu", "Zulu"),
];

/// Every code and its sentence; `{name}` stands for a parameter.
pub const SENTENCES: &[(&str, &str)] = &[
    // Why an asset could not be read.
    ("unreadable", "The file could not be opened: {why}."),
    ("vanished", "The file was gone before it could be read."),
    ("still_changing", "The file kept changing while it was read. It is taken up again at the next scan."),
    ("io_error", "Reading stopped: {why}."),
    ("not_regular", "This is not an ordinary file, so it was not opened."),
    ("damaged", "The content is damaged and could not be decoded: {why}."),
    ("too_many_pixels", "The header announces {width} × {height} pixels; the limit is {limit} million, so it was not opened."),
    ("too_large", "The file has {bytes} bytes; the limit is {limit}, so it was not decoded."),
    ("picture_memory", "Decoding the picture needs more than {limit} MB of memory, so it was not opened."),
    ("worker_lost", "The reader stopped on this file. Other files are not affected."),
    ("worker_timeout", "Reading took longer than {seconds} s and was stopped."),
    ("worker_memory", "Reading needed more than {limit} MB of memory and was stopped."),
    ("worker_unavailable", "The reader could not be started: {why}."),
    ("model_missing", "{card} is not installed, so this step has to wait. Install it and try again."),
    (
        "cpu_too_old",
        "This computer's processor lacks {feature}, which the speech reader was built with. Winnow has to be built on this computer.",
    ),
    ("internal", "An error inside Winnow stopped this step: {why}."),
    ("parked", "This step stopped the program {crashes} times and is set aside. Try again when you like."),
    ("no_reader", "There is no reader for this kind of file yet ({media_type})."),
    ("no_location", "No copy of the file is where it was last seen."),
    // Notes on an asset that was read.
    ("empty_file", "The file is empty."),
    ("type_differs", "The content is {found}, although the name says {named}."),
    ("text_cut", "Only the first {limit} characters were kept."),
    ("pixels_reduced", "The picture was reduced to {width} × {height} pixels before it was read."),
    ("first_frame_only", "Only the first of several frames was read."),
    ("sound_cut", "The recording is longer than {minutes} minutes; the rest was left out."),
    ("sound_ends_early", "The recording ends before its header says it does. What it holds was decoded."),
    ("sound_damaged_parts", "{count} damaged parts of the recording were left out."),
    ("locked", "It is locked: a password is needed to open it."),
    ("cannot_unlock", "It is locked, and Winnow cannot open this kind of encryption, not even with the password."),
    ("needs_pdfium", "PDF documents need the PDF library; see Settings › Models."),
    ("pages_cut", "It has {count} pages; the first {limit} were read."),
    ("pages_broken", "The list of its pages is damaged; the pages before that were read."),
    ("picture_flavour", "There is no reader for the way this picture is stored: {why}."),
    ("needs_libheif", "Pictures of this kind need libheif, and it is not installed. Install it and read the file again."),
    ("preview_only", "This is a camera's raw file; the preview in it was read."),
    ("eps_preview_only", "This is PostScript, which is a program and is not run; the preview in it was read."),
    ("smaller_picture_only", "Only its picture of {width} × {height} pixels was read; larger ones in it have no reader."),
    ("scripts_ignored", "There are scripts in it; they were not run."),
    ("external_ignored", "It points to things outside the file; they were not fetched."),
    ("drawing_too_complex", "The drawing is made of too many parts to be drawn."),
    ("pages_lost", "Some pages could not be read: {pages}."),
    ("pages_reduced", "Pages {pages} are so large that their pictures have fewer dots per inch."),
    ("pages_garbled", "The text that pages {pages} carry means nothing, so they are read off their pictures."),
    ("pdf_repaired", "The document ends too early or is out of order. What could be found of it was read."),
    ("no_page", "There is no page {page} that can be drawn."),
    ("picture_cut", "The picture file ends too early. What it holds was read; the rest is blank."),
    ("encoding_guessed", "The text encoding was taken to be {encoding}."),
    ("undecodable_bytes", "Some bytes are not valid {encoding} and are shown as �."),
    ("not_well_formed", "The file is not well-formed {format}; it was read as plain text."),
    ("no_text", "No text was found."),
    ("turned", "The page was turned by {degrees}° before it was read."),
    ("thumbnail_failed", "No preview could be made."),
    ("sound_gone", "The decoded sound was gone and has to be made again."),
    ("disk_full", "There is no room left on the disk of the library."),
    ("no_speech", "Nobody speaks, or nothing could be understood."),
    ("repetitions_discarded", "Phrases that nobody said, left out: {count}."),
    // Why something waits for a person.
    ("sensitive_value", "This looks like sensitive data: {entity}."),
    ("contact_details", "{count} contact details were found."),
    ("doubtful_reading", "{doubtful} of {words} words were read with less than {threshold} % confidence."),
    ("doubtful_hearing", "At {at}, {doubtful} of {words} words were heard with less than {threshold} % confidence."),
    ("language_not_covered", "Somebody speaks {language}, which {card} does not know, so it was not written down."),
    ("unsure_label", "This could be “{first}” or “{second}”."),
    ("unsure_label_alone", "This could be “{first}”, but is not much like it."),
    ("labelled_by_hand", "You said what this is."),
    ("near_duplicate", "This is nearly the same as “{of}” ({percent} % alike)."),
    // Films.
    ("needs_ffmpeg", "Reading this ({what}) needs ffmpeg, and it is not installed. Install it and try again."),
    ("no_sound_track", "There is no sound in it."),
    ("no_picture_track", "There are no moving pictures in it."),
    // What of the confinement of a process this computer lacks.
    (
        "confine_no_landlock",
        "This system's kernel has no Landlock, or it is switched off: the process could open files that its user may open, were it \
         taken over. System calls are filtered all the same.",
    ),
    ("confine_no_seccomp", "This system's kernel does not filter system calls: the process could reach the network, were it taken over."),
    ("confine_no_limits", "Limits on memory, file size and descriptors could not be set. Memory and time are watched all the same."),
    ("confine_threads", "{count} threads that a library started while it was loaded can still open files for reading."),
    ("confine_device", "It works on a graphics device, whose driver may have to read files later: files can still be opened for reading."),
    ("confine_elsewhere", "Confinement works on Linux only. Here memory and time of the process are watched, and nothing else."),
    // What was decided.
    ("said_accepted", "Kept in {name}"),
    ("said_corrected", "Corrected in {name}"),
    ("said_redacted", "Marked for redaction in {name}"),
    ("said_rejected", "Set aside as wrong in {name}"),
    ("said_deferred", "Left for later: {name}"),
    ("said_label", "{name} is: {answer}"),
    ("said_label_none", "{name} is none of the answers"),
    ("said_same", "{name} is the same thing as {of}"),
    ("said_not_same", "{name} is another thing than {of}"),
    ("said_label_removed", "It is open again what {name} is"),
    ("said_alike", "{sentence}, and {more} alike"),
    // A batch is done, and nobody looked.
    ("batch_read", "Files read: {read}."),
    ("batch_waits", "Files read: {read}. New questions: {waiting}."),
    ("batch_failed", "Files read: {read}. Could not be read: {failed}."),
    ("batch_failed_waits", "Files read: {read}. Could not be read: {failed}. New questions: {waiting}."),
    // Entities, as a person says them.
    ("entity_EMAIL_ADDRESS", "e-mail address"),
    ("entity_PHONE_NUMBER", "phone number"),
    ("entity_IBAN_CODE", "bank account number (IBAN)"),
    ("entity_CREDIT_CARD", "card number"),
    ("entity_US_SSN", "US social security number"),
    ("entity_IP_ADDRESS", "IP address"),
    // Notes on what was found in a container or a message.
    ("too_deep", "It lies in {limit} containers already, so what is in it was not taken out."),
    ("holds_itself", "It holds itself, or what it lies in; that was left out."),
    ("member_differs", "What was found in the container is not there any more, or is another."),
    ("page_unread", "Page {page} could not be read: {why}."),
    ("page_turned", "Page {page} was turned by {degrees}° before it was read. It is shown as it lies."),
    ("frame_unread", "The picture at second {page} could not be read: {why}."),
    ("frame_gone", "The picture was gone and has to be taken out of the film again."),
    ("no_frames", "No pictures could be taken out of it."),
    ("no_film", "Pictures can only be taken out of a film."),
    ("entries_cut", "Only the first {limit} members were taken out; there are more."),
    ("archive_too_large", "What is in it comes to more than {limit} MB, so the rest was left out."),
    ("expands_too_much", "It expands {ratio}-fold, and the limit is {limit}-fold, so the rest was left out."),
    ("overlapping", "Members of the archive share the same bytes, as in archives that are made to do harm."),
    ("dictionary_too_large", "A part of the archive needs more than {limit} MB of memory to unpack, so it was left out."),
    ("container_cut", "It ends early or is damaged ({why}). What was found before is kept."),
    ("members_damaged", "Damaged members: {count}. They are kept as far as they could be read."),
    ("locked_members", "Members that need a password, or another one: {count}."),
    ("links_skipped", "Links and devices, which hold no content of their own: {count}."),
    ("nesting", "It is nested more than {limit} levels deep; what is deeper was left out."),
    ("attributes_cut", "An element has more than {limit} attributes; the rest of them were left out."),
    ("cells_cut", "Only the first {limit} cells of the workbook were read; there are more."),
    ("cells_astray", "Cells that point at a text that is not in the workbook, and are left out: {count}."),
    ("message_cut", "The message ends before its last part does. What it holds was read."),
    ("headers_cut", "The headers are longer than {limit} kB; the rest of them was left out."),
    // Where something stands in a document without pages.
    ("place_heading", "heading {name}"),
    ("place_heading_alone", "heading"),
    ("place_table", "table {name}"),
    ("place_table_alone", "table"),
    ("place_cell", "{name}"),
    ("place_cell_alone", "a cell"),
    ("place_hidden_cell", "{name}, on a hidden sheet"),
    ("place_hidden_cell_alone", "a hidden sheet"),
    ("place_slide", "slide {name}"),
    ("place_slide_alone", "a slide"),
    ("place_hidden_slide", "slide {name}, hidden"),
    ("place_hidden_slide_alone", "a hidden slide"),
    ("place_slide_notes", "notes on slide {name}"),
    ("place_slide_notes_alone", "notes on a slide"),
    ("place_comment", "comment by {name}"),
    ("place_comment_alone", "comment"),
    ("place_inserted", "inserted by {name}"),
    ("place_inserted_alone", "inserted"),
    ("place_deleted", "deleted by {name}"),
    ("place_deleted_alone", "deleted"),
    ("place_footnote", "footnote {name}"),
    ("place_footnote_alone", "footnote"),
    ("place_header", "page header {name}"),
    ("place_header_alone", "page header"),
    ("place_footer", "page footer {name}"),
    ("place_footer_alone", "page footer"),
    ("place_mail_header", "{name}"),
    ("place_mail_header_alone", "a header of the message"),
    ("place_chapter", "chapter {name}"),
    ("place_chapter_alone", "a chapter"),
    ("place_annotation", "note by {name}"),
    ("place_annotation_alone", "note on the page"),
    ("place_description", "description of a picture: {name}"),
    ("place_description_alone", "description of a picture"),
    ("place_row", "row {name}"),
    ("place_row_alone", "a row"),
    ("place_hidden_text", "hidden text {name}"),
    ("place_hidden_text_alone", "hidden text"),
    ("place_property", "{name}"),
    ("place_property_alone", "a property of the file"),
    // What a row of a lineage is.
    ("row_location", "File {path}"),
    ("row_asset", "Content of {name}"),
    ("row_rendition", "Made from it: {kind}"),
    ("row_extraction", "Text of {characters} characters"),
    ("row_chunk", "Passage of the text"),
    ("row_suggestion", "Suggestion: {answer}"),
    ("row_finding", "{entity}, by {recogniser}"),
    ("row_review_item", "Question for a person"),
    ("row_decision", "Decision: {verdict}"),
    ("row_annotation", "Held to be true: {answer}"),
    // Errors of a request.
    ("not_found", "There is nothing with this id: {id}."),
    ("already_decided", "This was decided already. Undo first to decide again."),
    ("value_needed", "A correction needs the corrected value."),
    ("nothing_to_correct", "What this asks about is not there any more, so there is nothing to correct."),
    ("value_not_allowed", "Only a correction takes a value."),
    ("not_an_answer", "“{answer}” is not one of the answers. They are in taxonomy.toml and in the settings."),
    ("verdict_not_allowed", "This question cannot be answered with “{verdict}”."),
    ("no_proposal", "Nothing was proposed that could be accepted. Choose an answer."),
    ("bad_taxonomy", "These answers cannot be used: {why}."),
    ("nothing_to_undo", "There is no decision to take back."),
    ("bad_request", "The request could not be understood: {why}."),
    ("unknown_setting", "There is no setting called {key}."),
    ("bad_setting", "{key} cannot be {value}: {why}."),
    ("library_locked", "Another Winnow is using this library."),
    ("library_newer", "This library was written by a newer Winnow (schema {found}, this one knows {known})."),
    ("library_unusable", "The library cannot be used: {why}."),
    ("library_read_only", "This library is open for reading only."),
    ("path_unusable", "{path} cannot be added: {why}."),
    ("path_absent", "There is nothing at {path}."),
    ("path_is_file", "{path} is a file, and a folder is wanted."),
    ("path_is_folder", "{path} is a folder, and a file is wanted."),
    ("not_watched", "{folder} is no watched folder."),
    ("folder_unreadable", "The folder {folder} could not be listed, so what is in it was not read. What was known of it is kept."),
    ("folder_unavailable", "The folder cannot be reached at the moment. Nothing was changed."),
    ("not_added", "{folder} is no folder that was added."),
    ("sample_missing", "The sample collection is not installed beside the program."),
    ("ambiguous_id", "More than one id begins with {id}."),
    ("bad_line", "Line {line} could not be understood: {why}."),
    ("no_vectors", "There is no index to search by meaning."),
    ("vectors_unusable", "The index to search by meaning cannot be used: {why}. Searching by words works."),
    ("vectors_damaged", "The index to search by meaning is damaged. It is made again when the library is opened next."),
    ("no_watcher", "Folders cannot be followed here."),
    ("no_meaning_model", "Searching by meaning needs a model, and none is here. Models says which there are."),
    ("meaning_faint", "Nothing is clearly alike in meaning. These come nearest."),
    ("meaning_incomplete", "Not everything can be found by meaning yet: {waiting} passages are still to come."),
    ("no_model_pack", "There is no model in this folder that a card describes."),
    ("no_models_folder", "There is no folder to keep models in."),
    ("models_busy", "Another Winnow is installing models. Try again when it has finished."),
    ("unknown_card", "There is no model called {card}."),
    ("card_unusable", "The model card in {card} cannot be used: {why}. Nothing was taken."),
    ("card_taken", "There is a model called {card} already, with other files. Nothing was taken."),
    (
        "card_not_offered",
        "{card} cannot be downloaded. Set-up makes it from its sources (cargo xtask setup), and models import takes it from a folder.",
    ),
    ("file_on_no_card", "{file} is on no model card, so it was not taken."),
    ("file_left_out", "{file} is on no model card and was left where it is."),
    ("pack_incomplete", "{file} is missing in the folder, so nothing of {card} was taken."),
    ("pack_unreadable", "The folder could not be read: {why}."),
    ("model_differs", "{file} is not what the model card of {card} says, so it was not taken."),
    ("model_not_taken", "The model could not be put in its folder: {why}."),
    ("model_damaged", "{card} is damaged and is not used. Install it again."),
    ("download_failed", "{file} could not be downloaded: {why}. What arrived is kept, and the next try goes on from there."),
    ("download_unsafe", "The download of {file} was sent on to an address without https, so it was stopped."),
    ("nothing_to_fetch", "Nothing is missing that can be downloaded."),
    (
        "cards_not_offered",
        "{cards}: not for download. Set-up makes what is missing from its sources (cargo xtask setup), and models import takes it from a folder that holds it, as the models folder of another computer does.",
    ),
    ("runtime_unusable", "The library that runs models cannot be used: {why}."),
    ("model_unusable", "The model cannot be used: {why}."),
    ("provider_best", "Nothing better was found."),
    ("gpu_not_wanted", "Only the processor is to be used."),
    ("gpu_not_there", "The library that runs models was built without {provider}."),
    ("gpu_failed", "{provider} does not work here ({why})."),
    ("gpu_differs", "{provider} gives other vectors than the processor (cosine {cosine}), so it is not used."),
    ("gpu_slower", "{provider} embeds {texts} texts a second and the processor {cpu}, so it is not used."),
    ("no_screen", "There is no screen to open a window on."),
    ("no_window", "The window could not be opened: {why}."),
    ("no_file_manager", "The system's file manager could not be started: {why}."),
    ("cancelled", "Stopped. What was finished is kept."),
    ("rendition_absent", "The sound is not there at the moment."),
    ("sound_unplayable", "The sound cannot be played on this computer."),
    ("answer_unnamed", "Every answer needs a name."),
    ("answer_twice", "There are two answers called “{name}”."),
    ("answer_undescribed", "“{name}” needs a description: it is what files are compared with."),
    ("no_answers", "At least one answer is needed."),
    // A password was given.
    ("unlocked", "The password was right, and the file was read."),
    ("wrong_password", "This password does not open it. Nothing of it was kept."),
    // What a person can do about it.
    ("hint_sound_again", "The transcript is kept, and the sound is made again. Try once more in a moment."),
    (
        "hint_sound_packages",
        "The transcript can be read all the same. On Debian and Ubuntu sound needs the packages gstreamer1.0-plugins-base and gstreamer1.0-plugins-good.",
    ),
    ("hint_close_other", "Close the other window, or wait for the other command to finish, then try again."),
    ("hint_update", "Update Winnow, or choose another library."),
    ("hint_check_path", "Check the path and its permissions."),
    ("hint_name_library", "Name one with --library."),
    ("hint_install_again", "Install Winnow again; winnow-worker belongs beside it."),
    ("hint_command_line", "Everything can be done on the command line too: winnow --help."),
    ("hint_try_again", "Try again. If it keeps happening, close Winnow and open it again."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_fill_their_parameters() {
        let check = |words: Words, expected: &str| assert_eq!(words.sentence(), expected);
        check(Words::new("empty_file"), "The file is empty.");
        check(
            Words::new("type_differs").with("found", "image/jpeg").with("named", "pdf"),
            "The content is image/jpeg, although the name says pdf.",
        );
        check(Words::new("never_heard_of"), "never_heard_of");
        check(
            Words::new("language_not_covered").with("language", "ja").with("card", "whisper 1"),
            "Somebody speaks Japanese, which whisper 1 does not know, so it was not written down.",
        );
        assert_eq!((language("de"), language("xx")), ("German", "xx"));
        check(Words::new("sensitive_value").with("entity", "CREDIT_CARD"), "This looks like sensitive data: card number.");
        check(Words::new("sensitive_value").with("entity", "PERSON"), "This looks like sensitive data: PERSON.");
    }

    #[test]
    fn every_place_can_be_said() {
        use crate::asset::{PartKind, Place};
        for part in PartKind::ALL {
            for name in ["", "3"] {
                let words = Place { part: *part, name: name.to_owned() }.words();
                assert!(words.is_none_or(|words| words.sentence() != words.code), "{part}");
            }
        }
        let at = |part, name: &str| Place { part, name: name.to_owned() }.words().map(|words| words.sentence());
        assert_eq!(at(PartKind::Comment, "Anna").as_deref(), Some("comment by Anna"));
        assert_eq!(at(PartKind::Cell, "Accounts!B7").as_deref(), Some("Accounts!B7"));
        assert_eq!(at(PartKind::Body, ""), None);
        assert_eq!(at(PartKind::Property, "last_author").as_deref(), Some("last author"));
    }

    #[test]
    fn no_code_is_listed_twice() {
        let mut codes: Vec<_> = SENTENCES.iter().map(|(code, _)| code).collect();
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
