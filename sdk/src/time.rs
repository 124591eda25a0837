//! Points in time, as people and the service write them, and arithmetic that cannot overflow.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Thirty years: the longest that anything is waited for. `Duration::MAX` from now is past what an
/// [`Instant`] can hold, and adding it panics.
pub(crate) const FOREVER: Duration = Duration::from_secs(30 * 365 * 86_400);

/// The moment so long after another; no duration is too long.
pub(crate) fn after(start: Instant, wait: Duration) -> Instant {
    start + wait.min(FOREVER)
}

/// `2026-01-31T09:05:00Z`.
pub(crate) fn utc(at: SystemTime) -> String {
    let seconds = unix_seconds(at);
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

pub(crate) fn unix_seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

/// The Gregorian date of a day counted from 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn civil(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let (era, day_of_era) = (z / 146_097, z % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

/// A duration for a sentence: `340 ms`, `12.5 s`, `4 min 5 s`.
pub(crate) fn spoken(d: Duration) -> String {
    let seconds = d.as_secs();
    match seconds {
        0 => format!("{} ms", d.as_millis()),
        1..60 if d.subsec_millis() >= 50 => format!("{:.1} s", d.as_secs_f64()),
        1..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_utc() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ];
        for (seconds, written) in cases {
            assert_eq!(utc(UNIX_EPOCH + Duration::from_secs(seconds)), written);
        }
    }

    #[test]
    fn no_duration_is_too_long_to_be_added() {
        let start = Instant::now();
        assert_eq!(after(start, Duration::MAX), start + FOREVER);
        assert_eq!(after(start, Duration::from_millis(5)), start + Duration::from_millis(5));
        // Sums of a few such moments still fit.
        assert!(after(after(start, Duration::MAX), Duration::MAX) > start + FOREVER);
    }

    #[test]
    fn durations_are_written_for_people() {
        let cases = [
            (340, "340 ms"),
            (2_000, "2 s"),
            (12_500, "12.5 s"),
            (245_000, "4 min 5 s"),
            (7_500_000, "2 h 5 min"),
        ];
        for (millis, written) in cases {
            assert_eq!(spoken(Duration::from_millis(millis)), written);
        }
    }
}
