//! The facts this service publishes. A payload says what a consumer needs to keep its own copy, no more.

use chassis::Event;
use primitives::{Audit, TenantId, UserId};
use serde_json::{Value, json};

use crate::delegation::model::Delegation;
use crate::department::model::Department;
use crate::user::model::User;

/// Somebody joined.
pub(crate) fn user_created(tenant: TenantId, user: &User) -> Event {
    about_user("user.created", tenant, user, Value::Null)
}

/// What is known about somebody changed.
pub(crate) fn user_updated(tenant: TenantId, user: &User) -> Event {
    about_user("user.updated", tenant, user, Value::Null)
}

/// Somebody left; what waited for them goes to `escalated_to`.
pub(crate) fn user_deactivated(tenant: TenantId, user: &User, escalated_to: Option<UserId>) -> Event {
    about_user("user.deactivated", tenant, user, json!(escalated_to))
}

/// Somebody came back.
pub(crate) fn user_reactivated(tenant: TenantId, user: &User) -> Event {
    about_user("user.reactivated", tenant, user, Value::Null)
}

/// A department got another head, or lost its head.
pub(crate) fn head_changed(tenant: TenantId, department: &Department, from: Option<UserId>) -> Event {
    let payload = json!({
        "departmentId": department.id,
        "code": department.facts.code,
        "from": from,
        "to": department.facts.head_id,
    });
    let aggregate = (department.id.as_uuid(), department.version);
    event("department.head_changed", tenant, aggregate, department.audit, payload)
}

/// Somebody begins to stand in.
pub(crate) fn delegation_started(tenant: TenantId, delegation: &Delegation) -> Event {
    about_delegation("delegation.started", tenant, delegation)
}

/// Somebody stands in no longer: the time is over, or it was taken back.
pub(crate) fn delegation_ended(tenant: TenantId, delegation: &Delegation) -> Event {
    about_delegation("delegation.ended", tenant, delegation)
}

fn about_delegation(kind: &'static str, tenant: TenantId, delegation: &Delegation) -> Event {
    let payload = json!({
        "delegationId": delegation.id,
        "fromId": delegation.from_id,
        "toId": delegation.to_id,
        "docTypes": delegation.terms.doc_types.iter().map(|kind| kind.code()).collect::<Vec<_>>(),
        "limit": delegation.terms.limit,
        "startsAt": delegation.terms.starts_at,
        "endsAt": delegation.terms.ends_at,
        "status": delegation.status.code(),
    });
    event(kind, tenant, (delegation.id.as_uuid(), delegation.version), delegation.audit, payload)
}

fn about_user(kind: &'static str, tenant: TenantId, user: &User, escalated_to: Value) -> Event {
    let payload = json!({
        "userId": user.id,
        "username": user.facts.username,
        "email": user.facts.email,
        "displayName": user.facts.display_name,
        "status": user.status.code(),
        "managerId": user.facts.manager_id,
        "escalatedTo": escalated_to,
    });
    event(kind, tenant, (user.id.as_uuid(), user.version), user.audit, payload)
}

fn event(
    kind: &'static str,
    tenant: TenantId,
    (aggregate, aggregate_version): (uuid::Uuid, i32),
    audit: Audit,
    payload: Value,
) -> Event {
    Event {
        tenant,
        kind,
        version: 1,
        aggregate,
        aggregate_version,
        occurred_at: audit.updated_at,
        actor: audit.updated_by,
        causation: None,
        payload,
    }
}
