//! The files in which a card is left.
//!
//! They are opened before the check, because nobody should have to wait for a card to learn that it
//! can't be written.

use std::fs::{File, OpenOptions};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use crate::gradescope;
use crate::html;
use crate::junit;
use crate::sheet::Sheet;
use crate::tsv::Table;

/// Where the card shall be left.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// The table to which its row is appended.
    pub(crate) tsv: Option<PathBuf>,
    /// The file that it becomes, as data.
    pub(crate) json: Option<PathBuf>,
    /// The file that it becomes, as a JUnit report.
    pub(crate) junit: Option<PathBuf>,
    /// The file that it becomes, as Gradescope reads it.
    pub(crate) gradescope: Option<PathBuf>,
    /// The file that it becomes, as a page.
    pub(crate) html: Option<PathBuf>,
}

/// The files, open.
#[derive(Debug)]
pub(crate) struct Outputs<'a> {
    table: Option<Table<'a>>,
    json: Option<Page<'a>>,
    junit: Option<Page<'a>>,
    gradescope: Option<Page<'a>>,
    html: Option<Page<'a>>,
}

impl<'a> Outputs<'a> {
    /// Opens the files; leaves what is in them.
    ///
    /// # Errors
    /// One can't be written: in one line.
    pub(crate) fn open(places: &'a Places) -> Result<Self, String> {
        Ok(Self {
            table: places.tsv.as_deref().map(Table::open).transpose()?,
            json: places.json.as_deref().map(Page::open).transpose()?,
            junit: places.junit.as_deref().map(Page::open).transpose()?,
            gradescope: places.gradescope.as_deref().map(Page::open).transpose()?,
            html: places.html.as_deref().map(Page::open).transpose()?,
        })
    }

    /// Writes the card into all of them.
    ///
    /// # Errors
    /// One can't be written: in one line.
    pub(crate) fn write(self, sheet: &Sheet) -> Result<(), String> {
        if let Some(page) = self.json {
            page.write(&sheet.to_json()?)?;
        }
        if let Some(page) = self.junit {
            page.write(&junit::to_xml(sheet)?)?;
        }
        if let Some(page) = self.gradescope {
            page.write(&gradescope::to_json(sheet)?)?;
        }
        if let Some(page) = self.html {
            page.write(&html::card(sheet))?;
        }
        self.table.map_or(Ok(()), |table| table.append(sheet))
    }
}

/// A file that is written as a whole.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    path: &'a Path,
    file: File,
}

impl<'a> Page<'a> {
    /// Opens the file; leaves what is in it.
    ///
    /// # Errors
    /// It can't be written: in one line.
    pub(crate) fn open(path: &'a Path) -> Result<Self, String> {
        let opened = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = opened.map_err(|error| could_not(path, &error))?;
        Ok(Self { path, file })
    }

    /// Puts the text in place of what is in the file.
    ///
    /// # Errors
    /// It can't be written: in one line.
    pub(crate) fn write(mut self, text: &str) -> Result<(), String> {
        let written = self
            .file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .and_then(|()| self.file.write_all(text.as_bytes()));
        written.map_err(|error| could_not(self.path, &error))
    }
}

fn could_not(path: &Path, why: &std::io::Error) -> String {
    format!("could not write {}: {why}", path.display())
}
