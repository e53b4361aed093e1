//! Filling a database with the plan, through the same rules as any other change.

use std::collections::HashSet;

use chassis::{BoxFuture, Caller, Environment, Error, Result, Tx};
use primitives::{Act, AssignmentId, DepartmentId, Money, PropertyId, UserId};

use super::plan::{
    ANDAMAN_HOTELS, DEPARTMENTS, DemoHouse, HEADS, Hotel, LANNA_HOTELS, PEOPLE, SIGN_INS, SignIn,
    department_id, property_id, user_id,
};
use crate::assignment::model::{Assignment, Known, Place};
use crate::department::model::{Department, DepartmentFacts, House};
use crate::property::model::{Property, PropertyFacts};
use crate::user::model::{Surroundings, User, UserFacts};
use crate::{assignment, department, event, property, user};

/// 2026-01-01, when everybody had joined.
const BASE: &str = "2026-01-01T00:00:00Z";

/// Fills the caller's tenant with the people of a house, in one transaction; a house that has people stays as it is. Answers
/// how many people were new.
///
/// # Errors
/// `Refused` when the plan breaks a rule, `Internal` when the database fails.
pub fn seed<'a>(
    environment: &'a Environment,
    caller: &'a Caller,
    house: DemoHouse,
    sign_ins: &'a [SignIn],
) -> BoxFuture<'a, Result<usize>> {
    Box::pin(fill(environment, caller, house, sign_ins))
}

async fn fill(
    environment: &Environment,
    caller: &Caller,
    house: DemoHouse,
    sign_ins: &[SignIn],
) -> Result<usize> {
    let act = Act { at: BASE.parse().map_err(Error::internal)?, by: None };
    environment
        .db
        .write(|tx| async move {
            let first = property_id(house, 1);
            if property::store::lock(&*tx, caller.tenant, first).await?.is_some() {
                return Ok(0);
            }
            let (crew, heads) = (crew(house, sign_ins)?, heads(house, sign_ins));
            write_hotels(&tx, caller, house, act).await?;
            let users = write_users(&tx, caller, &crew, act).await?;
            write_departments(&tx, caller, (house, &heads), act).await?;
            write_places(&tx, caller, (house, &crew), act).await?;
            Ok(users)
        })
        .await
}

/// Somebody as planned.
struct Member {
    id: UserId,
    facts: UserFacts,
    role: &'static str,
    department: usize,
    property: usize,
}

fn hotels(house: DemoHouse) -> &'static [Hotel] {
    match house {
        DemoHouse::Andaman => &ANDAMAN_HOTELS,
        DemoHouse::Lanna => &LANNA_HOTELS,
    }
}

/// Everybody, managers before those who answer to them.
fn crew(house: DemoHouse, sign_ins: &[SignIn]) -> Result<Vec<Member>> {
    let boss = sign_ins.first().map(|first| first.user);
    let chef = sign_ins.get(3).map(|chef| chef.user);
    let mut crew = Vec::new();
    for (sign_in, (role, department, limit)) in sign_ins.iter().zip(SIGN_INS) {
        let manager = boss.filter(|boss| *boss != sign_in.user);
        let name = (sign_in.username, sign_in.display_name);
        let facts = facts(house, name, (manager, limit), (0, crew.len()))?;
        crew.push(Member { id: sign_in.user, facts, role, department, property: 0 });
    }
    if house == DemoHouse::Andaman {
        for (number, person) in PEOPLE.iter().enumerate() {
            let head =
                HEADS.iter().find(|(department, head)| *department == person.department && *head != number);
            let manager = match (person.department, head) {
                (_, Some((_, head))) => Some(user_id(house, head + 1)),
                (1, None) => chef,
                _ => boss,
            };
            let username = format!("{}@andaman.example", person.name.to_lowercase().replace(' ', "."));
            let at = (person.property, crew.len());
            let facts = facts(house, (&username, person.name), (manager, person.limit), at)?;
            let (department, property) = (person.department, person.property);
            crew.push(Member {
                id: user_id(house, number + 1),
                facts,
                role: person.role,
                department,
                property,
            });
        }
    }
    Ok(crew)
}

fn facts(
    house: DemoHouse,
    (username, display_name): (&str, &str),
    (manager_id, limit): (Option<UserId>, i32),
    (property, number): (usize, usize),
) -> Result<UserFacts> {
    let hotel = &hotels(house)[property];
    let currency = hotels(house)[0].currency.parse().map_err(Error::internal)?;
    let limit = (limit > 0).then(|| Money::new(primitives::Decimal::from_whole(limit), currency));
    Ok(UserFacts {
        username: username.to_owned(),
        email: username.to_owned(),
        display_name: display_name.to_owned(),
        locale: if property == 0 { "th-TH" } else { "en-SG" }.to_owned(),
        time_zone: hotel.time_zone.to_owned(),
        employee_no: Some(format!("{}-{:03}", hotel.code, number + 1)),
        manager_id,
        approval_limit: limit,
    })
}

/// Who heads which department, by position.
fn heads(house: DemoHouse, sign_ins: &[SignIn]) -> Vec<Option<UserId>> {
    let signed_in = |place: usize| sign_ins.get(place).map(|sign_in| sign_in.user);
    let mut heads = vec![signed_in(0), signed_in(3).or(signed_in(0))];
    heads.resize(DEPARTMENTS.len(), signed_in(0));
    if house == DemoHouse::Andaman {
        for (department, person) in HEADS {
            heads[department] = Some(user_id(house, person + 1));
        }
    }
    heads
}

async fn write_hotels(tx: &Tx, caller: &Caller, house: DemoHouse, act: Act) -> Result<()> {
    for (number, hotel) in hotels(house).iter().enumerate() {
        let facts = PropertyFacts {
            code: hotel.code.to_owned(),
            name: hotel.name.to_owned(),
            currency: hotel.currency.parse().map_err(Error::internal)?,
            time_zone: hotel.time_zone.to_owned(),
            fiscal_year_start: 1,
        };
        let opened = Property::open(property_id(house, number + 1), facts, false, act)?;
        property::store::insert(&**tx, caller.tenant, &[opened]).await?;
    }
    Ok(())
}

async fn write_users(tx: &Tx, caller: &Caller, crew: &[Member], act: Act) -> Result<usize> {
    let mut known = HashSet::new();
    let mut users = Vec::new();
    for member in crew {
        let has_email = !known.insert(member.facts.email.clone());
        let around = Surroundings { has_email, ..Surroundings::default() };
        let user = User::join(member.id, member.facts.clone(), around, act)?;
        tx.publish(event::user_created(caller.tenant, &user));
        users.push(user);
    }
    user::store::insert(&**tx, caller.tenant, &users).await?;
    Ok(users.len())
}

async fn write_departments(
    tx: &Tx,
    caller: &Caller,
    (house, heads): (DemoHouse, &[Option<UserId>]),
    act: Act,
) -> Result<()> {
    let mut tree: Vec<Department> = Vec::new();
    for (number, (code, name, parent)) in DEPARTMENTS.iter().enumerate() {
        let facts = DepartmentFacts {
            code: (*code).to_owned(),
            name: (*name).to_owned(),
            parent_id: parent.map(|parent: usize| department_id(house, parent + 1)),
            head_id: heads[number],
            cost_centre: Some(format!("{}", 4_000 + 100 * number)),
        };
        let place = House { tree: &tree, has_head: true };
        let founded = Department::found(department_id(house, number + 1), facts, place, act)?;
        if founded.facts.head_id.is_some() {
            tx.publish(event::head_changed(caller.tenant, &founded, None));
        }
        tree.push(founded);
    }
    department::store::insert(&**tx, caller.tenant, &tree).await
}

async fn write_places(
    tx: &Tx,
    caller: &Caller,
    (house, crew): (DemoHouse, &[Member]),
    act: Act,
) -> Result<()> {
    let mut places = Vec::new();
    for (number, member) in crew.iter().enumerate() {
        let (property, department): (PropertyId, DepartmentId) =
            (property_id(house, member.property + 1), department_id(house, member.department + 1));
        let place = Place {
            user_id: member.id,
            property_id: property,
            department_id: department,
            location_ids: Vec::new(),
            role: member.role.to_owned(),
        };
        let known = Known { has_user: true, has_property: true, has_department: true, others: &[] };
        let unix_millis = u64::try_from(act.at.timestamp_millis()).map_err(Error::internal)?;
        let mut entropy = [0; 10];
        entropy[0] = house as u8;
        entropy[8..].copy_from_slice(&u16::try_from(number).map_err(Error::internal)?.to_be_bytes());
        places.push(Assignment::assign(AssignmentId::from_parts(unix_millis, entropy), place, known, act)?);
    }
    assignment::store::insert(&**tx, caller.tenant, &places).await
}
