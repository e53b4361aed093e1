//! Sheets by example.

use super::*;

fn faults(refused: Refusals) -> Vec<String> {
    let said = refused.into_iter();
    said.map(|refusal| format!("{} {}", refusal.code.as_str(), refusal.field.join("."))).collect()
}

#[test]
fn a_row_is_what_a_person_would_type_into_a_form() {
    let beef = CategoryId::generate();
    let categories = Categories::from([("food/beef".to_owned(), beef)]);
    let csv = "\u{feff}code,name,category,baseUnit,purchaseUnits,conversions,density,isSold,attribute.Fat\r\n\
        be-1,\"Beef, tenderloin\",Food / Beef,kg,case; kg,1 case = 12 kg; 1 kg = 2.5 pcs,1.05,yes,3\r\n";
    let sheet = Sheet::read(csv).unwrap();
    assert_eq!((sheet.rows[0].number, sheet.rows[0].code.as_str()), (2, "BE-1"));
    let draft = sheet.lay(&sheet.rows[0], ProductDraft::default(), &categories).unwrap();
    assert_eq!((draft.name.as_str(), draft.category_id), ("Beef, tenderloin", Some(beef)));
    assert_eq!(
        (draft.purchase_units, draft.conversions.len()),
        (vec!["case".to_owned(), "kg".to_owned()], 2)
    );
    assert_eq!((draft.density, draft.traits.is_sold), (Some("1.05".parse().unwrap()), true));
    assert_eq!(draft.attributes, [AttributeDraft { key: "fat".to_owned(), value: "3".to_owned() }]);
}

#[test]
fn an_empty_cell_clears_and_a_missing_column_leaves_alone() {
    let sheet = Sheet::read("code,localName,isSold,attribute.fat\nA,,,\n").unwrap();
    let local_name = Some("ก".to_owned());
    let mut before = ProductDraft { local_name, name: "Kept".to_owned(), ..ProductDraft::default() };
    before.traits.is_sold = true;
    before.attributes.push(AttributeDraft { key: "fat".to_owned(), value: "3".to_owned() });
    let after = sheet.lay(&sheet.rows[0], before, &Categories::new()).unwrap();
    assert_eq!((after.local_name, after.name.as_str(), after.traits.is_sold), (None, "Kept", true));
    assert!(after.attributes.is_empty());
}

#[test]
fn everything_wrong_with_a_row_is_named_by_its_column() {
    let csv =
        "code,category,density,shelfLifeDays,isSold,conversions\nA,Nowhere,thick,1.5,perhaps,12 bottles\n";
    let sheet = Sheet::read(csv).unwrap();
    let refused = sheet.lay(&sheet.rows[0], ProductDraft::default(), &Categories::new()).unwrap_err();
    let expected = [
        "NOT_FOUND category",
        "VALIDATION_ERROR density",
        "VALIDATION_ERROR shelfLifeDays",
        "VALIDATION_ERROR isSold",
        "VALIDATION_ERROR conversions.0",
    ];
    assert_eq!(faults(refused), expected);
    let long = Sheet::read("code\nA,B\n").unwrap();
    assert!(long.lay(&long.rows[0], ProductDraft::default(), &Categories::new()).is_err());
}

#[test]
fn a_sheet_that_cannot_be_understood_is_refused_as_a_whole() {
    let odd = faults(Sheet::read("name,colour,name\nA,B,C\n").unwrap_err());
    assert_eq!(odd, ["VALIDATION_ERROR csv.header.1", "DUPLICATE csv.header.2", "VALIDATION_ERROR csv"]);
    assert_eq!(faults(Sheet::read("code\n").unwrap_err()), ["VALIDATION_ERROR csv"]);
    let long = format!("code\n{}", "A\n".repeat(MAX_ROWS + 1));
    assert_eq!(faults(Sheet::read(&long).unwrap_err()), ["LIMIT_EXCEEDED csv"]);
    assert_eq!(faults(Sheet::read(&"x".repeat(MAX_BYTES + 1)).unwrap_err()), ["LIMIT_EXCEEDED csv"]);
}
