//! How the values look in GraphQL: the same in every subgraph, hence `@shareable`.
//!
//! Refused input carries `extensions.code = VALIDATION_ERROR`, so a float sent as a decimal answers like any other bad
//! input. [`UnitStub`] only names a unit; the product subgraph owns the type and prints its own `Quantity`.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, InputValueError, InputValueResult, Object, OutputType, Positioned, Scalar,
    ScalarType, ServerResult, SimpleObject, Value, parser::types::Field, registry::Registry,
};

use crate::{CurrencyCode, Date, DateTime, Decimal, Money, Quantity, Unit};

/// Why a value of a scalar was refused, under the code every bad input has.
fn refused<T: async_graphql::InputType>(reason: impl std::fmt::Display) -> InputValueError<T> {
    InputValueError::custom(reason).with_extension("code", "VALIDATION_ERROR")
}

/// Reads a scalar that is sent as a string and as nothing else.
fn read_text<T>(value: &Value) -> InputValueResult<T>
where
    T: async_graphql::InputType + std::str::FromStr<Err: std::fmt::Display>,
{
    match value {
        Value::String(text) => text.parse().map_err(refused),
        _ => Err(refused(format!("{} is sent as a string", T::type_name()))),
    }
}

/// An exact decimal with up to five decimal places, sent as a string such as `"12.5"`. Numbers, exponents, `NaN` and a
/// sixth decimal place are refused: a float would lose digits on the way.
#[Scalar(name = "Decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        read_text(&value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// A calendar day without a time zone, `"2026-07-01"`.
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        read_text(&value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// A point in time in UTC with up to microseconds, in the form of RFC 3339: `"2026-07-01T09:30:00Z"`.
#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        read_text(&value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// A currency by its ISO 4217 code, `"THB"`.
#[Scalar(name = "CurrencyCode")]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        read_text(&value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// A position in a list or a stream. Opaque: keep it as it came, and send it back with the same filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor(pub String);

/// A position in a list or a stream. Opaque: keep it as it came, and send it back with the same filter.
#[Scalar(name = "Cursor")]
impl ScalarType for Cursor {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            _ => Err(refused("Cursor is sent as a string")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// The amount of a [`Money`]: the scalar `Decimal`, printed with the currency's minor digits.
struct Amount(Money);

impl OutputType for Amount {
    fn type_name() -> Cow<'static, str> {
        <Decimal as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Decimal as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.0.amount_text()))
    }
}

/// An amount in a currency.
#[Object(name = "Money", shareable)]
impl Money {
    /// How much, with at least the decimal places of the currency's minor unit: `"50.00"`. A cost per unit has up to five.
    #[graphql(name = "amount")]
    async fn amount_field(&self) -> Amount {
        Amount(*self)
    }

    /// In which currency.
    #[graphql(name = "currency")]
    async fn currency_field(&self) -> CurrencyCode {
        self.currency
    }
}

/// A unit of measure, known by its code. The product service describes it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "Unit", unresolvable = "code")]
pub struct UnitStub {
    /// The short form it is known by, `kg`.
    pub code: String,
}

impl From<Unit> for UnitStub {
    fn from(unit: Unit) -> Self {
        Self { code: unit.code().to_owned() }
    }
}

/// How much of something, in a unit.
#[Object(name = "Quantity", shareable)]
impl Quantity {
    /// How many units.
    #[graphql(name = "value")]
    async fn value_field(&self) -> Decimal {
        self.value
    }

    /// Of which unit.
    #[graphql(name = "unit")]
    async fn unit_field(&self) -> UnitStub {
        self.unit.into()
    }
}

/// Makes a typed id the GraphQL scalar `ID`: one scalar in the schema, many types in Rust.
macro_rules! id_scalar {
    ($name:ident) => {
        impl async_graphql::InputType for $name {
            type RawValueType = Self;

            fn type_name() -> std::borrow::Cow<'static, str> {
                <async_graphql::ID as async_graphql::InputType>::type_name()
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                <async_graphql::ID as async_graphql::InputType>::create_type_info(registry)
            }

            fn parse(value: Option<async_graphql::Value>) -> async_graphql::InputValueResult<Self> {
                let refused = || {
                    async_graphql::InputValueError::custom(IdError).with_extension("code", "VALIDATION_ERROR")
                };
                match value {
                    Some(async_graphql::Value::String(text)) => text.parse().map_err(|_| refused()),
                    _ => Err(refused()),
                }
            }

            fn to_value(&self) -> async_graphql::Value {
                async_graphql::Value::String(self.to_string())
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
        }

        impl async_graphql::OutputType for $name {
            fn type_name() -> std::borrow::Cow<'static, str> {
                <async_graphql::ID as async_graphql::OutputType>::type_name()
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                <async_graphql::ID as async_graphql::OutputType>::create_type_info(registry)
            }

            async fn resolve(
                &self,
                _: &async_graphql::ContextSelectionSet<'_>,
                _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                Ok(async_graphql::Value::String(self.to_string()))
            }
        }
    };
}
pub(crate) use id_scalar;

#[cfg(test)]
#[path = "graphql_tests.rs"]
mod tests;
