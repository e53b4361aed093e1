//! Who works in the demo houses.

use primitives::{DepartmentId, PropertyId, UserId};
use uuid::Uuid;

/// Which of the two tenants is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoHouse {
    /// A group with two hotels.
    Andaman,
    /// One small hotel.
    Lanna,
}

/// Somebody with an account.
#[derive(Clone, Copy, Debug)]
pub struct SignIn {
    /// The account's id, which is the user's.
    pub user: UserId,
    /// The name to sign in with, which is also the mail address.
    pub username: &'static str,
    /// The name others see.
    pub display_name: &'static str,
}

/// A planned property.
pub(super) struct Hotel {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) currency: &'static str,
    pub(super) time_zone: &'static str,
}

/// A planned person: who, as what, in which department and property (by position), up to how much.
pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) role: &'static str,
    pub(super) department: usize,
    pub(super) property: usize,
    pub(super) limit: i32,
}

const fn person(
    name: &'static str,
    role: &'static str,
    (department, property): (usize, usize),
    limit: i32,
) -> Person {
    Person { name, role, department, property, limit }
}

/// Code, name, position of the department above.
pub(super) const DEPARTMENTS: [(&str, &str, Option<usize>); 8] = [
    ("ADMIN", "Administration", None),
    ("KITCHEN", "Kitchen", None),
    ("PASTRY", "Pastry", Some(1)),
    ("FB", "Food and beverage service", None),
    ("BAR", "Bar", Some(3)),
    ("HK", "Housekeeping", None),
    ("ENG", "Engineering", None),
    ("SPA", "Spa", None),
];

pub(super) const ANDAMAN_HOTELS: [Hotel; 2] = [
    Hotel { code: "P1", name: "Andaman Coast Resort", currency: "THB", time_zone: "Asia/Bangkok" },
    Hotel { code: "P2", name: "Andaman City Singapore", currency: "SGD", time_zone: "Asia/Singapore" },
];

pub(super) const LANNA_HOTELS: [Hotel; 1] =
    [Hotel { code: "L1", name: "Lanna Hill Lodge", currency: "THB", time_zone: "Asia/Bangkok" }];

/// How those who sign in work, in the order of the accounts: administrator, buyer, storekeeper, chef, partner.
pub(super) const SIGN_INS: [(&str, usize, i32); 5] = [
    ("General manager", 0, 10_000_000),
    ("Purchasing manager", 0, 200_000),
    ("Storekeeper", 0, 0),
    ("Executive chef", 1, 50_000),
    ("Partner", 0, 0),
];

/// Who heads which department, by position in [`PEOPLE`]; the first two are headed by who signs in.
pub(super) const HEADS: [(usize, usize); 6] = [(2, 0), (3, 1), (4, 2), (5, 3), (6, 4), (7, 5)];

/// The others. The first six head departments.
pub(super) const PEOPLE: [Person; 30] = [
    person("Preeda Pastry", "Pastry chef", (2, 0), 10_000),
    person("Wanchai Service", "Restaurant manager", (3, 0), 30_000),
    person("Narong Bar", "Bar manager", (4, 0), 20_000),
    person("Malee Rooms", "Executive housekeeper", (5, 0), 30_000),
    person("Anan Works", "Chief engineer", (6, 0), 100_000),
    person("Siriporn Spa", "Spa manager", (7, 0), 20_000),
    person("Kanya Finance", "Financial controller", (0, 0), 1_000_000),
    person("Theera Cost", "Cost controller", (0, 0), 20_000),
    person("Ploy People", "Human resources manager", (0, 0), 20_000),
    person("Sunee Orders", "Purchasing officer", (0, 0), 0),
    person("Decha Goods", "Receiving clerk", (0, 0), 0),
    person("Kitti Cold", "Store assistant", (0, 0), 0),
    person("Somsak Sous", "Sous-chef", (1, 0), 20_000),
    person("Wilai Wok", "Chef de partie", (1, 0), 0),
    person("Manop Grill", "Chef de partie", (1, 0), 0),
    person("Suda Garde", "Commis", (1, 0), 0),
    person("Nok Dessert", "Demi-chef pastry", (2, 0), 0),
    person("Aree Bread", "Baker", (2, 0), 0),
    person("Tida Table", "Head waiter", (3, 0), 0),
    person("Pong Banquet", "Banquet captain", (3, 0), 5_000),
    person("Lek Beach", "Bartender", (4, 0), 0),
    person("Dao Linen", "Linen supervisor", (5, 0), 5_000),
    person("Chalerm Pipes", "Technician", (6, 0), 0),
    person("Fon Oils", "Therapist", (7, 0), 0),
    person("Wei Ling Tan", "Hotel manager", (0, 1), 500_000),
    person("Raj Kumar", "Chef de cuisine", (1, 1), 30_000),
    person("Mei Chen", "Storekeeper", (0, 1), 0),
    person("Farid Hassan", "Lobby bar supervisor", (4, 1), 5_000),
    person("Grace Lim", "Housekeeping manager", (5, 1), 20_000),
    person("Daniel Ong", "Duty engineer", (6, 1), 10_000),
];

fn uuid(house: DemoHouse, kind: u128, number: usize) -> Uuid {
    let house = match house {
        DemoHouse::Andaman => 1,
        DemoHouse::Lanna => 2,
    };
    Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + (house << 32) + (kind << 16) + number as u128)
}

/// The id of a demo property: 1 is the first.
pub fn property_id(house: DemoHouse, number: usize) -> PropertyId {
    PropertyId::from_uuid(uuid(house, 1, number))
}

/// The id of a demo department: administration, kitchen, pastry, service, bar, housekeeping, engineering, spa from 1 on.
pub fn department_id(house: DemoHouse, number: usize) -> DepartmentId {
    DepartmentId::from_uuid(uuid(house, 2, number))
}

/// The id of a demo person without an account: 1 is the pastry chef.
pub fn user_id(house: DemoHouse, number: usize) -> UserId {
    UserId::from_uuid(uuid(house, 3, number))
}
