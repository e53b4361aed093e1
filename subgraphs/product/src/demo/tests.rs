//! The plan holds what it promises, before any database.

use std::collections::HashSet;

use super::plan::PlannedCategory;
use super::{Plan, Size, andaman, lanna};
use crate::product::model::{Neighbours, Product};

fn children(plan: &Plan, of: Option<&PlannedCategory>) -> Vec<PlannedCategory> {
    let parent = of.map(|category| category.id);
    plan.categories.iter().filter(|category| category.parent == parent).cloned().collect()
}

#[test]
fn the_sizes_are_what_they_say() {
    assert_eq!([Size::S, Size::M].map(|size| andaman(size).products.len()), [40, 400]);
    assert_eq!(andaman(Size::L).products.len(), 40_000);
    assert_eq!(lanna().products.len(), 10);
}

#[test]
fn a_smaller_plan_is_a_part_of_the_larger() {
    let medium = andaman(Size::M).products;
    for product in andaman(Size::S).products {
        assert!(medium.contains(&product), "{}", product.code);
    }
    let large = andaman(Size::L).products;
    let codes: HashSet<_> = large.iter().map(|product| &product.code).collect();
    assert_eq!(codes.len(), large.len());
    assert!(medium.iter().all(|product| codes.contains(&product.code)));
}

#[test]
fn houses_share_no_ids_and_every_run_gives_the_same() {
    let ids = |plan: &Plan| plan.products.iter().map(|product| product.id).collect::<HashSet<_>>();
    let (first, again) = (andaman(Size::M), andaman(Size::M));
    assert_eq!(ids(&first), ids(&again));
    assert_eq!(ids(&first).len(), 400);
    assert!(ids(&first).is_disjoint(&ids(&lanna())));
    assert_eq!(first.products[0].id.to_string(), "019e807a-ec00-7206-a0fb-5823ac2a17f8");
}

#[test]
fn the_tree_has_three_levels_and_forty_shelves() {
    let plan = andaman(Size::M);
    let roots = children(&plan, None);
    assert_eq!(roots.iter().map(|root| root.name).collect::<Vec<_>>(), ["Food", "Beverages", "Non-food"]);
    let leaves: usize = roots
        .iter()
        .flat_map(|root| children(&plan, Some(root)))
        .map(|group| children(&plan, Some(&group)).len())
        .sum();
    assert_eq!(leaves, 40);
}

#[test]
fn every_product_can_be_put_into_use() {
    let neighbours = Neighbours { has_category: true, ..Neighbours::default() };
    let act = primitives::Act {
        at: chrono::DateTime::UNIX_EPOCH,
        by: Some(primitives::UserId::from_uuid(uuid::Uuid::nil())),
    };
    for plan in [andaman(Size::M), lanna()] {
        for (demo, draft) in plan.products.iter().zip(&plan.drafts) {
            let (mut product, packaging) = Product::register(demo.id, draft, &neighbours, act).unwrap();
            product.activate(&packaging, &[], act).unwrap();
            assert_eq!(product.factor_to_base(&packaging, demo.purchase_unit), Some(demo.purchase_factor));
            assert!(demo.base_price.is_positive());
            assert_eq!(product.facts.code, demo.code);
        }
    }
}
