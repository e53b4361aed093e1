//! The client's answer: every leaf of it comes from some fetch.

use super::Run;
use super::tree::Place;
use crate::plan::{Shape, ShapeField, ShapeKind};
use apollo_compiler::Name;
use indexmap::IndexSet;

impl Run<'_> {
    pub(super) fn client_shape(&mut self) {
        let plan = self.plan;
        let root = self.tree.types(0, &self.root());
        self.shape(&plan.shape, (0, &root), "");
    }

    fn shape(&mut self, shape: &Shape, at: (Place, &IndexSet<Name>), path: &str) {
        for field in &shape.fields {
            if self.holds(&field.condition) {
                let path = format!("{path}.{}", field.response_key);
                self.shape_field(field, at, &path);
            }
        }
    }

    fn shape_field(&mut self, field: &ShapeField, (place, types): (Place, &IndexSet<Name>), path: &str) {
        if matches!(field.kind, ShapeKind::Introspection | ShapeKind::Typename(Some(_))) {
            return;
        }
        let is_asked = |ty: &&Name| field.on.as_ref().is_none_or(|on| on.contains(*ty));
        let asked: IndexSet<Name> = types.iter().filter(is_asked).cloned().collect();
        for ty in &asked {
            if self.tree.produced(place, &field.source, ty, None).next().is_none() {
                self.find(format!("nothing brings {path} for {ty}"));
            }
            if field.on.is_some() && self.tree.produced(place, "__typename", ty, None).next().is_none() {
                self.find(format!("{path} is for some types only, but nothing brings the type {ty}"));
            }
        }
        if let ShapeKind::Object(below) = &field.kind
            && !asked.is_empty()
            && let Some(child) = self.tree.known_child(place, &field.source)
        {
            let types = self.tree.types(child, &asked);
            self.shape(below, (child, &types), path);
        }
    }
}
