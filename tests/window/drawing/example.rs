//! A view with its name and the size of its window; all that there are.

use rtsp_lab::window::{Mark, draw, marks};

use super::pictures::Shot;
use super::views::Scene;
use super::{extremes, overlays, panels, sizes, states};

/// One view.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    /// The name of its picture.
    pub(crate) name: &'static str,
    pub(crate) size: (usize, usize),
    pub(crate) scene: Scene,
    /// What is shown has the usual length: there must be room for all of it.
    pub(crate) is_ordinary: bool,
}

impl Example {
    /// What is to be seen in every lesson, in a window as it is at first.
    pub(crate) const fn ordinary(name: &'static str, scene: Scene) -> Self {
        Self { name, size: (640, 560), scene, is_ordinary: true }
    }

    /// What is shown may be of any length.
    pub(crate) fn odd(name: &'static str, scene: Scene) -> Self {
        Self { is_ordinary: false, ..Self::ordinary(name, scene) }
    }

    /// In a window of another size.
    pub(crate) fn sized(name: &'static str, size: (usize, usize), scene: Scene) -> Self {
        Self { size, ..Self::odd(name, scene) }
    }

    pub(crate) fn shot(&self) -> Shot {
        let (width, height) = self.size;
        let mut pixels = vec![0; width * height];
        draw(&mut pixels, width, height, &self.scene.view());
        Shot { width, height, pixels }
    }

    pub(crate) fn marks(&self) -> Vec<Mark> {
        marks(self.size.0, self.size.1, &self.scene.view())
    }
}

/// All views; of each there is a picture.
pub(crate) fn examples() -> Vec<Example> {
    [
        states::examples(),
        overlays::examples(),
        panels::examples(),
        extremes::examples(),
        sizes::examples(),
    ]
    .concat()
}
