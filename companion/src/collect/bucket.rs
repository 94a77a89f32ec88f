//! A token bucket: how often something may be done.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Hands out tokens, at most so many in any stretch of time.
pub struct Bucket {
    capacity: f64,
    per_s: f64,
    state: Mutex<State>,
}

struct State {
    tokens: f64,
    at: Instant,
    closed_until: Instant,
}

impl Bucket {
    /// Never more than `requests` within `seconds`, and never more than `burst` of them at once.
    ///
    /// The tokens that come in during that time and those that the bucket holds are `requests` together; a tenth of what comes in is left
    /// out, since what is sent at a steady pace does not arrive at one.
    pub fn new(requests: u32, seconds: f64, burst: u32) -> Self {
        let capacity = f64::from(burst.clamp(1, requests.max(2) - 1));
        let per_s = 0.9 * (f64::from(requests) - capacity).max(0.5) / seconds;
        let now = Instant::now();
        Self { capacity, per_s, state: Mutex::new(State { tokens: capacity, at: now, closed_until: now }) }
    }

    /// Waits for a token.
    pub fn take(&self) {
        while let Some(wait) = self.try_take(Instant::now()) {
            thread::sleep(wait);
        }
    }

    /// Hands out nothing for a while.
    pub fn close(&self, wait: Duration) {
        let mut state = self.state();
        state.closed_until = state.closed_until.max(Instant::now() + wait);
    }

    /// The shortest time in which so many tokens can be had.
    pub fn time_for(&self, count: usize) -> Duration {
        Duration::from_secs_f64((count as f64 - self.capacity).max(0.0) / self.per_s)
    }

    /// Takes a token, or says how long to wait.
    fn try_take(&self, now: Instant) -> Option<Duration> {
        let mut state = self.state();
        state.tokens += now.saturating_duration_since(state.at).as_secs_f64() * self.per_s;
        state.tokens = state.tokens.min(self.capacity);
        state.at = state.at.max(now);
        if now < state.closed_until {
            return Some(state.closed_until - now);
        }
        if state.tokens < 1.0 {
            return Some(Duration::from_secs_f64((1.0 - state.tokens) / self.per_s));
        }
        state.tokens -= 1.0;
        None
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_stretch_of_time_sees_more_than_the_limit() {
        let (requests, window) = (50, Duration::from_secs(5));
        let bucket = Bucket::new(requests, window.as_secs_f64(), 4);
        let mut now = Instant::now();
        let mut taken = Vec::new();
        while taken.len() < 500 {
            match bucket.try_take(now) {
                None => taken.push(now),
                Some(wait) => now += wait + Duration::from_nanos(1),
            }
        }
        let most =
            taken.iter().map(|from| taken.iter().filter(|at| **at >= *from && **at < *from + window).count()).max();
        assert!(most.is_some_and(|most| most <= requests as usize && most >= 40), "{most:?}");
    }

    #[test]
    fn a_closed_bucket_hands_out_nothing() {
        let bucket = Bucket::new(10, 1.0, 3);
        bucket.close(Duration::from_secs(60));
        assert!(bucket.try_take(Instant::now()).is_some_and(|wait| wait > Duration::from_secs(59)));
        assert_eq!(bucket.try_take(Instant::now() + Duration::from_secs(61)), None);
    }
}
