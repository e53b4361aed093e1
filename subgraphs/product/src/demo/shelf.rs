//! How a shelf of the demo catalogue is written down: a category, its goods, and the pack they come in.

/// A leaf of the category tree with the goods on it.
#[derive(Debug)]
pub(super) struct Shelf {
    /// What its codes begin with.
    pub(super) prefix: &'static str,
    /// The names from the root down to the leaf.
    pub(super) path: [&'static str; 3],
    /// The pack its goods come in.
    pub(super) pack: Pack,
    /// `name:price per base unit in THB:local name`, the last one where there is one, separated by bars.
    pub(super) goods: &'static str,
}

/// How goods are counted, bought and used.
#[derive(Debug)]
pub(super) struct Pack {
    /// The unit stock counts in.
    pub(super) base: &'static str,
    /// The unit they are bought in.
    pub(super) purchase: &'static str,
    /// Base units in a purchase unit.
    pub(super) holds: &'static str,
    /// The units recipes use.
    pub(super) recipe: &'static [&'static str],
    /// Further ratios: one of the first is so many of the second.
    pub(super) ratios: &'static [(&'static str, &'static str, &'static str)],
    /// Days they keep; 0 for what does not spoil.
    pub(super) keeps_days: i32,
    /// Whether they carry barcodes.
    pub(super) has_barcode: bool,
}

/// Fresh goods by weight, in a box.
pub(super) const fn fresh(holds: &'static str, keeps_days: i32) -> Pack {
    Pack { base: "kg", purchase: "box", holds, recipe: &["g"], ratios: &[], keeps_days, has_barcode: false }
}

/// Dry or frozen goods by weight, in a labelled pack of their own.
pub(super) const fn dry(purchase: &'static str, holds: &'static str, keeps_days: i32) -> Pack {
    Pack { base: "kg", purchase, holds, recipe: &["g"], ratios: &[], keeps_days, has_barcode: true }
}

/// Liquids by the litre, in a case.
pub(super) const fn liquid(holds: &'static str, keeps_days: i32) -> Pack {
    Pack { base: "l", purchase: "case", holds, recipe: &["ml"], ratios: &[], keeps_days, has_barcode: true }
}

/// Bottles or cans by the case, poured by the millilitre.
pub(super) const fn poured(
    base: &'static str,
    holds: &'static str,
    ratios: &'static [(&'static str, &'static str, &'static str)],
) -> Pack {
    Pack { base, purchase: "case", holds, recipe: &["ml"], ratios, keeps_days: 0, has_barcode: true }
}

/// Things that are counted, in a pack.
pub(super) const fn counted(base: &'static str, purchase: &'static str, holds: &'static str) -> Pack {
    Pack { base, purchase, holds, recipe: &[], ratios: &[], keeps_days: 0, has_barcode: true }
}
