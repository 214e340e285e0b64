//! The table of a class: a row for each submission, also for those without a card.

use crate::card::Requirement;
use crate::tsv;

use super::checked::Checked;

/// The columns of `--tsv`, then those that a person fills in, then a remark.
pub(crate) fn to_tsv(
    all: &[Checked],
    requirements: &[&'static Requirement],
    by_hand: &[String],
) -> String {
    let header = tsv::header(requirements.iter().map(|requirement| requirement.id));
    let width = header.split('\t').count();
    let rows = all.iter().map(|checked| {
        let (row, remark) = match &checked.sheet {
            Ok(sheet) => (tsv::row(sheet), if sheet.started { "-" } else { "does not start" }),
            Err(why) => {
                let unknown = "\t-".repeat(width - 1);
                (format!("{}{unknown}", checked.submission.name), why.as_str())
            }
        };
        format!("{row}{}\t{remark}\n", "\t".repeat(by_hand.len()))
    });
    let names: Vec<_> = [header.as_str()]
        .into_iter()
        .chain(by_hand.iter().map(String::as_str))
        .chain(["remark"])
        .collect();
    names.join("\t") + "\n" + &rows.collect::<String>()
}
