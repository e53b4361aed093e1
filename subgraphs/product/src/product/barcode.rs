//! Barcodes of the trade: EAN-8, UPC-A and EAN-13, each with its check digit. Pure.

use std::fmt;
use std::str::FromStr;

/// Why a text is no barcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BarcodeRefused {
    /// Something else than 8, 12 or 13 digits.
    #[error("a barcode has 8 (EAN-8), 12 (UPC-A) or 13 (EAN-13) digits")]
    NotABarcode,
    /// The last digit does not fit the others: a typing or scanning fault.
    #[error("the check digit is wrong, {expected} is expected")]
    WrongCheckDigit {
        /// What the last digit would have to be.
        expected: u8,
    },
}

/// A barcode with a proven check digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Barcode(String);

impl Barcode {
    /// The digits as printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number padded to 14 digits: a UPC-A and the EAN-13 with a leading zero are the same article.
    pub fn gtin(&self) -> String {
        format!("{:0>14}", self.0)
    }
}

impl FromStr for Barcode {
    type Err = BarcodeRefused;

    fn from_str(text: &str) -> Result<Self, BarcodeRefused> {
        if !matches!(text.len(), 8 | 12 | 13) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BarcodeRefused::NotABarcode);
        }
        let (payload, last) = text.split_at(text.len() - 1);
        let expected = check_digit(payload);
        if last.as_bytes()[0] == b'0' + expected {
            Ok(Self(text.to_owned()))
        } else {
            Err(BarcodeRefused::WrongCheckDigit { expected })
        }
    }
}

impl fmt::Display for Barcode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The check digit of GS1: weights 3 and 1 from the right, filled up to a multiple of ten.
pub(crate) fn check_digit(payload: &str) -> u8 {
    let sum: u32 = payload
        .bytes()
        .rev()
        .zip([3_u32, 1].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    u8::try_from((10 - sum % 10) % 10).expect("a remainder of ten is below ten")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn real_barcodes_pass() {
        for code in ["4006381333931", "036000291452", "96385074", "73513537", "8850999320007"] {
            assert_eq!(code.parse::<Barcode>().map(|barcode| barcode.to_string()), Ok(code.to_owned()));
        }
    }

    #[test]
    fn a_wrong_check_digit_names_the_right_one() {
        assert_eq!("4006381333932".parse::<Barcode>(), Err(BarcodeRefused::WrongCheckDigit { expected: 1 }));
        assert_eq!("036000291453".parse::<Barcode>(), Err(BarcodeRefused::WrongCheckDigit { expected: 2 }));
    }

    #[test]
    fn what_no_scanner_reads_is_refused() {
        for code in
            ["", "1234567", "123456789", "40063813339310", "400638133393X", "４００６３８１３３３９３１"]
        {
            assert_eq!(code.parse::<Barcode>(), Err(BarcodeRefused::NotABarcode), "{code}");
        }
    }

    #[test]
    fn one_article_has_one_number_however_it_is_printed() {
        let printed = ["036000291452", "0036000291452"].map(|code| code.parse::<Barcode>().unwrap().gtin());
        assert_eq!(printed[0], printed[1]);
    }

    proptest! {
        #[test]
        fn every_single_wrong_digit_is_noticed(payload in "[0-9]{12}", position in 0_usize..13, other in 0_u8..10) {
            let code = format!("{payload}{}", check_digit(&payload));
            prop_assert!(code.parse::<Barcode>().is_ok());
            let mut digits = code.into_bytes();
            prop_assume!(digits[position] != b'0' + other);
            digits[position] = b'0' + other;
            prop_assert!(String::from_utf8(digits).unwrap().parse::<Barcode>().is_err());
        }
    }
}
