//! The currencies of ISO 4217 that are legal tender today, with the decimal places of their minor unit.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The text is not the code of a current currency.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown currency: a code of ISO 4217 such as THB is expected")]
pub struct UnknownCurrency;

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::DeriveValueType))]
#[cfg_attr(feature = "sea-orm", sea_orm(value_type = "String"))]
pub struct CurrencyCode([u8; 3]);

impl CurrencyCode {
    /// Euro.
    pub const EUR: Self = Self(*b"EUR");
    /// Yen, which has no minor unit.
    pub const JPY: Self = Self(*b"JPY");
    /// Singapore dollar.
    pub const SGD: Self = Self(*b"SGD");
    /// Thai baht.
    pub const THB: Self = Self(*b"THB");
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency code is made of ASCII letters from the list")
    }

    /// Decimal places of the smallest amount one can pay: 2 for THB, 0 for JPY, 3 for KWD.
    pub fn minor_digits(self) -> u32 {
        let code = self.as_str();
        if NO_MINOR_UNIT.contains(code) {
            0
        } else if THOUSANDTHS.contains(code) {
            3
        } else {
            2
        }
    }
}

const NO_MINOR_UNIT: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
const THOUSANDTHS: &str = "BHD IQD JOD KWD LYD OMR TND";
const HUNDREDTHS: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF \
    CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR \
    ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR \
    MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP \
    STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

impl FromStr for CurrencyCode {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        let letters: [u8; 3] = text.as_bytes().try_into().map_err(|_| UnknownCurrency)?;
        let is_listed = letters.iter().all(u8::is_ascii_uppercase)
            && [HUNDREDTHS, NO_MINOR_UNIT, THOUSANDTHS].iter().any(|list| list.contains(text));
        if is_listed { Ok(Self(letters)) } else { Err(UnknownCurrency) }
    }
}

impl fmt::Display for CurrencyCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for CurrencyCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Serialize for CurrencyCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for CurrencyCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_units_follow_the_standard() {
        for (code, digits) in
            [("THB", 2), ("SGD", 2), ("USD", 2), ("EUR", 2), ("JPY", 0), ("VND", 0), ("KWD", 3)]
        {
            assert_eq!(code.parse::<CurrencyCode>().unwrap().minor_digits(), digits, "{code}");
        }
    }

    #[test]
    fn what_is_not_listed_is_refused() {
        for text in ["", "TH", "thb", "THBX", "XXX", "DEM", "B T", "฿", "TND "] {
            assert_eq!(text.parse::<CurrencyCode>(), Err(UnknownCurrency), "{text:?}");
        }
    }

    #[test]
    fn the_three_lists_share_no_code() {
        let mut codes: Vec<&str> = [HUNDREDTHS, NO_MINOR_UNIT, THOUSANDTHS]
            .iter()
            .flat_map(|list| list.split_whitespace())
            .collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
        assert!(codes.iter().all(|code| code.len() == 3));
    }
}
